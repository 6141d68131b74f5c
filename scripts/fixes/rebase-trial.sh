#!/usr/bin/env bash
# scripts/fixes/rebase-trial.sh [--write] [SOURCES [NAME]] : tries the patch series of libssh2 on other sources: an unpacked tree (a later
# release, a snapshot of upstream, a distribution's), or, where none is given, the newest package of sources that Debian has. Leaves them
# with all that applies in build/rebase/tree, and what became of each patch in build/rebase/table.tsv:
#   fell away   the sources have it: nothing of the patch is left
#   applies     without a conflict
#   needs work  some of its lines have been changed there. The trial takes scripts/fixes/rebase/NNNN.patch in its place, if there is one,
#               else the series' own lines
# Then it builds the module and the native client of that tree, in build/rebase/project, and runs the tests on it (TESTS=, by default all that
# talk to libssh2); --write renews deps/libssh2/REBASE.md. TESTS=none leaves them out,
# and tells what the last run of them has shown. Works on what is committed.
source "$(dirname "$0")/../build/common.sh"
source scripts/build/source-index.sh
source scripts/fixes/copy-project.sh

work=$PWD/build/rebase tests=${TESTS:-test/fixes test/laws test/native test/parcels test/integration} write=
[ "${1:-}" != --write ] || { write=yes; shift; }

# Debian's newest sources of libssh2, unpacked and with its patches: prints "FOLDER NAME".
fetch_newest() {
  local version folder=$work/debian
  have dpkg-source || apt_install dpkg-dev
  load_source_indexes || fail "Debian's sources of libssh2 cannot be fetched."
  version=$(showsrc libssh2 | awk '$1 == "Version:" { print $2 }' | sort -rV | head -n 1)
  [ -n "$version" ] || fail "Debian's indexes have no sources of libssh2."
  mkdir -p "$folder"
  (cd "$folder" && apt-get "${private_apt[@]}" source -q --only-source "libssh2=$version" >/dev/null 2>"$work/apt.log") || fail "$(tail -3 "$work/apt.log")"
  echo "$(find "$folder" -mindepth 1 -maxdepth 1 -type d) Debian $version"
}

mkdir -p "$work"
rm -rf "$work/tree" "$work/debian"
if [ $# -gt 0 ]; then
  [ -d "$1" ] || fail "usage: scripts/fixes/rebase-trial.sh [--write] [SOURCES [NAME]]"
  sources=$(cd "$1" && pwd) name=${2:-$(basename "$1")}
else
  newest=$(fetch_newest)
  read -r sources name <<<"$newest"
fi
bash scripts/fixes/series.sh tree "$work/tree"

git_in() { git -C "$work/tree" -c user.name=trial -c user.email=trial@localhost -c commit.gpgSign=false -c core.autocrlf=false "$@"; }

# The new sources as one commit on those of the pin: files that the series does not touch are taken unchanged.
git_in checkout --quiet -b trial upstream
find "$work/tree" -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
cp -R "$sources/." "$work/tree"
rm -rf "$work/tree/debian" "$work/tree/.pc"
git_in add --all --force
git_in commit --quiet --allow-empty --message "$name"

# One patch: prints its result.
try() {
  local commit=$1 instead=$PWD/scripts/fixes/rebase/$2.patch
  if git_in cherry-pick --allow-empty "$commit" >/dev/null 2>&1; then echo applies; return; fi
  if [ -z "$(git_in diff --name-only --diff-filter=U)" ]; then git_in cherry-pick --skip; echo 'fell away'; return; fi
  git_in cherry-pick --abort
  # Where both have changed the same lines, and the new sources' way is the same in the end, nothing is left either.
  if git_in show --format= "$commit" | git_in apply --reverse --check 2>/dev/null; then echo 'fell away'; return; fi
  echo 'needs work'
  if [ -f "$instead" ] && git_in apply --index "$instead" 2>/dev/null; then git_in commit --quiet --reuse-message "$commit"; return; fi
  git_in cherry-pick --allow-empty --strategy-option=theirs "$commit" >/dev/null 2>&1 && return
  git_in checkout --quiet --theirs . 2>/dev/null || true
  git_in add --all --force
  git_in -c core.editor=true cherry-pick --continue >/dev/null 2>&1 || git_in cherry-pick --skip
}

for commit in $(git_in rev-list --reverse upstream..series); do
  patch=$(git_in log -1 --format=%B "$commit" | sed -n 's/^Patch: //p')
  number=${patch#*/}
  printf '%s\t%s\n' "$patch" "$(try "$commit" "${number%%-*}")"
done > "$work/table.tsv"
for outcome in 'fell away' applies 'needs work'; do say "$outcome: $(grep -c "$outcome\$" "$work/table.tsv" || true)"; done

report() {
  node scripts/fixes/rebase-report.mjs "$name" "$work" > "$work/REBASE.md"
  say "build/rebase/REBASE.md tells all"
  [ -z "$write" ] || cp "$work/REBASE.md" deps/libssh2/REBASE.md
}

if [ "$tests" = none ]; then
  [ ! -f "$work/report.json" ] || report
  exit
fi
project=$work/project
export LIBSSH2_WASM_TOOLCHAIN=${LIBSSH2_WASM_TOOLCHAIN:-$PWD/.toolchain/debian13} LIBSSH2_SRC=$work/tree NO_COLOR=1
copy_project "$project"
rm -rf "$project/deps/libssh2/patches"
say "building on $name"
(cd "$project" && ./build.sh && make -C test/native -j"$(nproc)") > "$work/build.log" 2>&1 || fail "what the trial leaves cannot be built: build/rebase/build.log" "$(grep -m3 'error' "$work/build.log")"
say "running $tests"
rm -f "$work/again.json"
# shellcheck disable=SC2086 # several folders
if ! run_in "$project" 3000 "$work/report.json" $tests > "$work/test.log" 2>&1; then
  # On a busy machine a test may have run out of time.
  mapfile -t failed < <(node -p 'JSON.parse(fs.readFileSync(process.argv[1])).testResults.filter(file => file.status === "failed").map(file => file.name).join("\n")' "$work/report.json")
  say "once more, alone: ${failed[*]}"
  run_in "$project" 1000 "$work/again.json" "${failed[@]}" > "$work/again.log" 2>&1 || say "tests fail: build/rebase/again.log"
fi
node --input-type=module -e 'import { patches } from "./scripts/fixes/series.mjs"
for (const { name, hash } of patches()) console.log(name, hash)' > "$work/tested.txt"
report
