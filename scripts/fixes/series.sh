#!/usr/bin/env bash
# The patch series of libssh2 as a git history, and back.
#
# scripts/fixes/series.sh tree [FOLDER]     a git tree from pin and series: tag `upstream`, then one commit per patch, branch `series`
#                                           (FOLDER: build/series; LIBSSH2_SRC: other sources than those of the pin)
# scripts/fixes/series.sh write [FOLDER]    deps/libssh2/patches from the commits after the tag `upstream`, after a rebase or an amendment
#
# A commit's message is the header of its patch, and its last line names the file (`Patch: repairs/0102-name`): add it to a new commit.
# scripts/fixes/rebase-trial.sh tries the series on other sources.
source "$(dirname "$0")/../build/common.sh"

series=deps/libssh2/patches
folder=${2:-build/series}

git_in() { git -C "$folder" -c user.name=series -c user.email=series@localhost -c commit.gpgSign=false -c core.autocrlf=false "$@"; }

# The header of a patch: the text above its first file.
header_of() { sed -E '/^(--- |diff --git )/,$d' "$1"; }

list_patches() { patches libssh2 | sed "s,^$series/,,"; }

unpack_upstream() {
  local version hash file
  if [ -n "${LIBSSH2_SRC:-}" ]; then
    cp -R "$LIBSSH2_SRC/." "$folder"
    rm -rf "$folder/.git"
    echo "libssh2 given by LIBSSH2_SRC"
    return
  fi
  read -r version hash file < <(bash scripts/build/fetch-source.sh libssh2)
  tar --extract --file "$file" --directory "$folder" --strip-components 1
  echo "libssh2 $version"
}

make_tree() {
  local patch name subject
  [ ! -e "$folder" ] || [ -d "$folder/.git" ] || fail "$folder is there already, and no git tree."
  rm -rf "$folder"; mkdir -p "$folder"
  subject=$(unpack_upstream)
  git_in init --quiet --initial-branch series
  git_in add --all --force
  git_in commit --quiet --message "$subject"
  git_in tag upstream
  for patch in $(list_patches); do
    name=${patch%.patch}
    patch --directory "$folder" --strip 1 --fuzz 0 --forward --no-backup-if-mismatch --silent < "$series/$patch" ||
      fail "$patch does not apply."
    git_in add --all --force
    printf '%s\n\nPatch: %s\n' "$(header_of "$series/$patch")" "$name" | git_in commit --quiet --cleanup=verbatim --file=-
  done
  say "$folder: $(git_in rev-list --count upstream..HEAD) patches on $subject"
}

# The file of a commit, from its last line or made from its subject.
file_of() {
  local name
  name=$(git_in log -1 --format=%B "$1" | sed -n 's/^Patch: //p' | tail -n 1)
  [ -n "$name" ] || fail "commit $1 ($(git_in log -1 --format=%s "$1")) has no line 'Patch: FOLDER/NNNN-name'."
  echo "$name.patch"
}

# `patch` does not need git's lines, and they would differ between versions of git.
write_patch() {
  {
    git_in log -1 --format=%B "$1" | sed '/^Patch: /d' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
    echo
    git_in show --format= --no-color --no-ext-diff --diff-algorithm=myers --unified=3 "$1" |
      sed -E '/^(diff --git|index [0-9a-f]+\.\.|new file mode|deleted file mode|old mode|new mode) ?/d'
  } > "$series/$2"
}

write_series() {
  local commit file kept
  [ -z "$(git_in status --porcelain)" ] || fail "$folder has changes that are not committed."
  kept=$(mktemp)
  for commit in $(git_in rev-list --reverse upstream..HEAD); do
    file=$(file_of "$commit")
    mkdir -p "$series/$(dirname "$file")"
    write_patch "$commit" "$file"
    echo "$file" >> "$kept"
  done
  for file in $(list_patches); do grep -qxF "$file" "$kept" || { say "$file fell away"; rm "$series/$file"; }; done
  rm "$kept"
}

case ${1:-} in
  tree) make_tree ;;
  write) write_series ;;
  *) fail "usage: scripts/fixes/series.sh tree|write [FOLDER]" ;;
esac
