#!/usr/bin/env bash
# npm test [-- VITEST ARGUMENTS] : builds what is missing, installs the servers that tests talk to, runs the tests.
source "$(dirname "$0")/build/common.sh"

bash scripts/build/node-modules.sh
case ${LIBSSH2_WASM_BUILD:-release} in
  release) ./build.sh ;;
  *) ./build.sh && ./build.sh "--$LIBSSH2_WASM_BUILD" ;;
esac
[ ! -x scripts/install-peers.sh ] || scripts/install-peers.sh >&2
exec node node_modules/vitest/vitest.mjs run "$@"
