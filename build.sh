#!/usr/bin/env bash
# Builds everything; each step does nothing while its result is up to date. No prompts.
#
#   ./build.sh               toolchain, sources, wasm, generated files, declarations and bundles
#   ./build.sh wasm          only as far as src/ffi/libssh2.wasm
#   ./build.sh --debug       a module with assertions and heap checks, in build/debug/    (LIBSSH2_WASM_BUILD=debug npm test)
#   ./build.sh --sanitize    a module with address and undefined-behaviour sanitizers, in build/sanitize/
#
# EMCC                     the emcc to use, 3.1.58 or newer
# LIBSSH2_WASM_TOOLCHAIN   the Debian folder to use or to make (default .toolchain/debian13)
# LIBSSH2_SRC MBEDTLS_SRC LIBSODIUM_SRC TINYSSH_SRC ZLIB_SRC   an unpacked source tree instead of the pinned tarball
source "$(dirname "${BASH_SOURCE[0]}")/scripts/build/common.sh"

variant=release last_step=all
for argument in "$@"; do
  case $argument in
    --debug) variant=debug last_step=wasm ;;
    --sanitize) variant=sanitize last_step=wasm ;;
    wasm | all) last_step=$argument ;;
    -h | --help) sed -n '2,/^source/{/^source/d;s/^# \{0,1\}//;p}' "$0"; exit ;;
    *) fail "unknown argument: $argument" "See ./build.sh --help" ;;
  esac
done

have node && have npm || fail "node (20 or newer) and npm are needed."
# Several builds of one tree would write the same files.
mkdir -p build
exec 8>build/.lock
flock -n 8 || { say "another build of this tree is running; waiting for it"; flock 8; }

emcc=$(bash scripts/build/toolchain.sh)
bash scripts/build/sources.sh
node scripts/generate/interface.mjs
node scripts/build/wasm.mjs "$emcc" "$variant"
[ "$last_step" = all ] || exit 0

node scripts/generate/constants.mjs
bash scripts/build/node-modules.sh
node scripts/build/inlined.mjs
node scripts/build/link-packages.mjs
node scripts/build/bundle.mjs
node scripts/build/notices.mjs
node scripts/build/sbom.mjs
node scripts/build/vex.mjs
node packages/gateway/build.mjs
