#!/usr/bin/env bash
# scripts/fixes-without.sh [--resume] [NNNN ...]   (default: every patch of libssh2 that a test in test/fixes/ or test/native/ names)
# Takes one patch at a time out of libssh2, builds the module and runs the tests whose names begin with its number: they must fail.
# The release build is tried first; where the tests still pass, the sanitizer build, which is ten times slower. What only a
# SEND or RECV that waits can show is shown by the native program, under the sanitizers too.
# --resume goes on with a run of the same commit that was broken off.
# Writes the rows of deps/libssh2/FIXES-PROOF.md: all, or those of the patches that it was asked for. Works on what is committed, in build/without/; the project itself is not touched.
source "$(dirname "$0")/build/common.sh"
source scripts/fixes/copy-project.sh

work=$PWD/build/without project=$PWD/build/without/project series=$PWD/build/without/series rows=$PWD/build/without/rows-$(git rev-parse --short HEAD)
export LIBSSH2_WASM_TOOLCHAIN=${LIBSSH2_WASM_TOOLCHAIN:-$PWD/.toolchain/debian13} LIBSSH2_SRC=$work/libssh2 NO_COLOR=1
# Without its patch a test may hang in C, where no JavaScript timer runs.
limit=${FIXES_LIMIT:-180}

# libssh2 as a git history: the tarball, then one commit for each patch.
make_series() {
  local version hash file patch
  read -r version hash file < <(bash scripts/build/fetch-source.sh libssh2)
  rm -rf "$series"; mkdir -p "$series"
  tar --extract --file "$file" --directory "$series" --strip-components 1
  git -C "$series" init --quiet
  commit "libssh2 $version $hash"
  for patch in $(cd "$project" && patches libssh2); do
    patch=$project/$patch
    patch --directory "$series" --strip 1 --fuzz 0 --no-backup-if-mismatch --silent < "$patch"
    commit "$(basename "$patch" .patch)"
  done
  git -C "$series" branch --quiet --force all
}

commit() { git -C "$series" add --all --force && git -C "$series" -c user.name=- -c user.email=- commit --quiet --allow-empty --message "$1"; }

commit_of() { git -C "$series" log all --format=%H --grep="^$1-"; }

# Patches that only move lines, the newest first. Where what an older patch changed cannot be told from them, they are taken out with it.
moves=(0931 0930)

# Reverts the patches on branch $1, the newest first, with strategy option $2 if it is not empty.
revert() {
  local id base=$1 option=(${2:+"--strategy-option=$2"})
  shift 2
  git -C "$series" checkout --quiet --force --detach "$base"
  for id in "$@"; do
    git -C "$series" -c user.name=- -c user.email=- revert --no-edit "${option[@]}" "$id" >/dev/null 2>&1 && continue
    git -C "$series" revert --abort 2>/dev/null
    return 1
  done
}

# Leaves libssh2 without patch $1 in $LIBSSH2_SRC. Prints which later patches had to be removed with it, because they build on its lines,
# or that lines stayed which later patches changed again. A patch in scripts/fixes/without/ undoes it where neither works.
take_out() {
  local id moved=()
  id=$(commit_of "$1")
  if take_out_of all "$1" "$id"; then return; fi
  mapfile -t moved < <(moves_beside "$id")
  revert all '' "${moved[@]}" || return 1
  git -C "$series" branch --quiet --force unmoved
  if ! take_out_of unmoved "$1" "$id"; then
    revert unmoved ours "$id" || return 1
    copy_tree
    echo '(in part)'
  fi
  for id in "${moved[@]}"; do git -C "$series" log -1 --format=%s "$id"; done
}

# Those of the moves that concern a file of commit $1.
moves_beside() {
  local moved id files
  mapfile -t files < <(git -C "$series" show --format= --name-only "$1")
  for moved in "${moves[@]}"; do
    id=$(commit_of "$moved")
    [ -z "$(git -C "$series" log -1 --format=%H "$id^!" -- "${files[@]}")" ] || echo "$id"
  done
}

take_out_of() {
  local base=$1 number=$2 id=$3 later
  if [ -f "scripts/fixes/without/$number.patch" ]; then
    git -C "$series" checkout --quiet --force --detach "$base"
    git -C "$series" clean --quiet --force -d
    patch --directory "$series" --strip 1 --no-backup-if-mismatch --silent < "scripts/fixes/without/$number.patch" >/dev/null 2>&1 || return 1
    commit "without $number"
    copy_tree
    echo '(by hand)'
    return
  fi
  if revert "$base" '' "$id"; then copy_tree; return; fi
  for later in $(git -C "$series" rev-list "$id..$base" -- $(git -C "$series" show --format= --name-only "$id")); do
    if revert "$base" '' "$later" "$id"; then
      copy_tree
      git -C "$series" log -1 --format=%s "$later"
      return
    fi
  done
  return 1
}

copy_tree() { rm -rf "$LIBSSH2_SRC"; mkdir -p "$LIBSSH2_SRC"; git -C "$series" archive HEAD | tar --extract --directory "$LIBSSH2_SRC"; }

build() {
  (cd "$project" && case $1 in
    release) ./build.sh wasm ;;
    native) bash scripts/build/sources.sh && make -C test/native -j2 OUT=../../build/native ../../build/native/{hesitant-client,units,replay-session} ;;
    *) ./build.sh "--$1" ;;
  esac) > "$work/build.log" 2>&1
}

# The test files of build $1 that have tests of patch $2.
test_files() {
  local number=$2 folder=test/fixes
  [ "$1" != native ] || folder=test/native
  grep -rlE "'($number): " "$folder" --include='*.test.ts' || true
}

# Runs the tests of patch $2 (or of several, A|B) on build $1. Succeeds when they do.
run_tests() {
  local number=$2 files
  mapfile -t files < <(test_files "$1" "$number")
  [ ${#files[@]} -gt 0 ] || return 0
  LIBSSH2_WASM_BUILD=${1/native/release} run_in "$project" "$limit" "$work/report.json" "${files[@]}" -t "(^| )($number): " > "$work/test.log" 2>&1
}

# One row: the patch, what else was removed, which build showed it, and how.
try() {
  local number=$1 also variant status name
  name=$(basename "$(echo deps/libssh2/patches/*/"$number"-*.patch)" .patch)
  if ! also=$(take_out "$number" | paste -sd, | sed 's/,/, /g'; exit "${PIPESTATUS[0]}"); then row "$name" - - "not separable from later patches"; return; fi
  for variant in native release sanitize; do
    [ -n "$(test_files "$variant" "$number")" ] || continue
    if ! build "$variant"; then row "$name" "$also" "$variant" "does not compile: $(grep -m1 'error:' "$work/build.log" | sed 's/.*error: //')"; return; fi
    run_tests "$variant" "$number" && continue
    status=$?
    row "$name" "$also" "$variant" "$(node scripts/fixes/what-failed.mjs "$work/report.json" "$work/test.log" "$status")"
    return
  done
  row "$name" "$also" - "**NOT SHOWN: the tests pass without the patch**"
}

row() { printf '| %s | %s | %s | %s |\n' "$1" "${2:--}" "$3" "$4" | tee -a "$rows"; }

resume=
[ "${1:-}" != --resume ] || { resume=yes; shift; }
[ $# -gt 0 ] && numbers=("$@") ||
  mapfile -t numbers < <(grep -rhoE "'[0-9]{4}: " test/fixes test/native --include='*.test.ts' | tr -d "': " | sort -u)

copy_project "$project"
make_series
rm -rf "$project/deps/libssh2/patches"
[ "$resume" ] || rm -f "$rows" "$rows.begun"
touch "$rows"
git -C "$series" checkout --quiet --force --detach all && copy_tree
if [ ! -f "$rows.begun" ]; then
  for variant in native release sanitize; do
    build "$variant" || fail "$(tail -5 "$work/build.log")"
    limit=1800 run_tests "$variant" "$(IFS='|'; echo "${numbers[*]}")" || fail "tests fail ($variant) with all patches applied: see build/without/test.log"
  done
  touch "$rows.begun"
fi
for number in "${numbers[@]}"; do grep -q "^| $number-" "$rows" || try "$number"; done
node scripts/fixes/write-proof.mjs "$rows" > "$work/FIXES-PROOF.md" && cp "$work/FIXES-PROOF.md" deps/libssh2/FIXES-PROOF.md
! grep -q 'NOT SHOWN\|not separable\|does not compile' "$rows"
