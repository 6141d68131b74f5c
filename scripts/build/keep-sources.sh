#!/usr/bin/env bash
# keep-sources.sh FOLDER [--toolchain] : a snapshot of what a build takes from elsewhere: the tarball of each library of deps/, checked
# against its pin, and, if it is asked for, the toolchain (a gigabyte) and node_modules, and SHA256SUMS. Archives drop versions; a build from the
# snapshot needs none: `sha256sum --check SHA256SUMS`, then unpack node-modules.tar.gz in the checkout of that version, toolchain.tar.gz into a folder, and
#   LIBSSH2_WASM_SOURCES=FOLDER LIBSSH2_WASM_TOOLCHAIN=UNPACKED ./build.sh
source "$(dirname "$0")/common.sh"

[ -n "${1:-}" ] || fail "usage: scripts/build/keep-sources.sh FOLDER [--toolchain]"
mkdir -p "$1"
for pins in deps/*/pin.txt; do
  origin=$(bash scripts/build/fetch-source.sh "$(basename "$(dirname "$pins")")")
  read -r version hash file <<<"$origin"
  cp -n "$file" "$1/"
done
if [ "${2:-}" = --toolchain ]; then
  [ -d "$toolchain_dir" ] || fail "there is no toolchain in $toolchain_dir: build once."
  tar --create --gzip --file "$1/toolchain.tar.gz" --directory "$toolchain_dir" .
  bash scripts/build/node-modules.sh
  tar --create --gzip --file "$1/node-modules.tar.gz" --exclude node_modules/.vite --exclude node_modules/.cache node_modules
fi
(cd "$1" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum > SHA256SUMS)
say "$1: $(wc -l < "$1/SHA256SUMS") files"
