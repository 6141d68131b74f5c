#!/usr/bin/env bash
# scripts/fixes/rebase-trial.sh SOURCES [NAME] : tries the patch series of libssh2 on other sources (an unpacked tree: a later release, a
# snapshot of upstream, a distribution's). Leaves them, with all patches that apply, in build/rebase/tree, and a table in build/rebase/table.md:
#   fell away   the sources have it: nothing of the patch is left
#   applies     without a conflict
#   needs work  some of its lines were changed there; the trial's tree has the series' own lines
# Then LIBSSH2_SRC=build/rebase/tree, with deps/libssh2/patches moved away, builds the module, and the tests show whether it works.
source "$(dirname "$0")/../build/common.sh"

[ -d "${1:-}" ] || fail "usage: scripts/fixes/rebase-trial.sh SOURCES [NAME]"
sources=$(cd "$1" && pwd) name=${2:-$(basename "$1")} work=build/rebase
rm -rf "$work"; mkdir -p "$work"
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
  local commit=$1
  if git_in cherry-pick --allow-empty "$commit" >/dev/null 2>&1; then echo applies; return; fi
  if [ -z "$(git_in diff --name-only --diff-filter=U)" ]; then git_in cherry-pick --skip; echo 'fell away'; return; fi
  git_in cherry-pick --abort
  # If both have changed the same lines, and the result is the same, nothing is left either.
  if git_in diff --quiet HEAD -- && git_in show --format= "$commit" | git_in apply --reverse --check 2>/dev/null; then echo 'fell away'; return; fi
  if git_in cherry-pick --allow-empty --strategy-option=theirs "$commit" >/dev/null 2>&1; then
    echo "needs work: $(git_in show --format= --name-only "$commit" | tr '\n' ' ')"
  else
    git_in checkout --quiet --theirs . 2>/dev/null || true
    git_in add --all --force
    git_in -c core.editor=true cherry-pick --continue >/dev/null 2>&1 || git_in cherry-pick --skip
    echo "needs work, by hand: $(git_in show --format= --name-only "$commit" | tr '\n' ' ')"
  fi
}

{
  printf '| patch | on %s |\n|---|---|\n' "$name"
  for commit in $(git_in rev-list --reverse upstream..series); do
    printf '| %s | %s |\n' "$(git_in log -1 --format=%B "$commit" | sed -n 's/^Patch: //p')" "$(try "$commit")"
  done
} > "$work/table.md"
for outcome in 'fell away' applies 'needs work'; do echo "$outcome: $(grep -c "| $outcome" "$work/table.md" || true)"; done
