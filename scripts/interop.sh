#!/usr/bin/env bash
# npm run test:interop [-- VITEST ARGUMENTS] : every available server, with every algorithm and feature; writes the table to build/interop.md.
source "$(dirname "$0")/build/common.sh"

bash scripts/install-peers.sh --full
rm -rf build/interop
mkdir -p build/interop
rc=0
INTEROP=full VITEST_JSON=build/interop/results.json bash scripts/test.sh test/interop "$@" || rc=$?
node scripts/interop-table.mjs
exit $rc
