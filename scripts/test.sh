#!/usr/bin/env bash
# npm test [-- VITEST ARGUMENTS] : builds what is missing, installs the servers that the tests talk to, and runs the tests.
source "$(dirname "$0")/build/common.sh"

bash scripts/build/node-modules.sh
case ${LIBSSH2_WASM_BUILD:-release} in
  release) ./build.sh ;;
  *) ./build.sh && ./build.sh "--$LIBSSH2_WASM_BUILD" ;;
esac
[ ! -x scripts/install-peers.sh ] || scripts/install-peers.sh >&2
scripts/install-runtimes.sh "${RUNTIMES:-}"
# The same C under gcc's sanitizers, for test/native.
if have gcc && have make && [ -f /usr/include/zlib.h ]; then
  say "building the native client under sanitizers"
  mkdir -p build/native
  make -C test/native -j"$(nproc)" > build/native/make.log 2>&1 || { tail -20 build/native/make.log >&2; fail "the native client could not be built: build/native/make.log"; }
else
  say "no gcc, make or zlib.h: the native client is not built, its tests are left out"
fi
exec node node_modules/vitest/vitest.mjs run "$@"
