#!/usr/bin/env bash
# npm run reproducible [-- REVISION] : builds a committed state (HEAD) twice, from nothing, in two folders with different
# names, and compares every file of dist/. Downloads (tarballs, toolchain, dependencies) are shared with this tree.
source "$(dirname "$0")/../build/common.sh"

bash scripts/build/toolchain.sh >/dev/null
for pins in deps/*/pin.txt; do bash scripts/build/fetch-source.sh "$(basename "$(dirname "$pins")")" >/dev/null; done
bash scripts/build/node-modules.sh
revision=$(git rev-parse --verify "${1:-HEAD}^{commit}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
first=$scratch/a second=$scratch/b/in-a-deeper-folder

for copy in "$first" "$second"; do
  mkdir -p "$copy"
  git archive "$revision" | tar --extract --directory "$copy"
  mkdir -p "$copy/build"
  cp -R build/downloads "$copy/build/downloads"
  ln -s "$root/node_modules" "$copy/node_modules"
  say "building ${revision:0:12} in $copy"
  if [ -d "$toolchain_dir" ]; then export LIBSSH2_WASM_TOOLCHAIN=$toolchain_dir; fi
  "$copy/build.sh"
done

list() { (cd "$1/dist" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }
if difference=$(diff <(list "$first") <(list "$second")); then
  list "$first"
  echo "reproducible: $(list "$first" | wc -l) files of dist/ are the same byte for byte"
else
  fail "the two builds differ:" "$difference"
fi
