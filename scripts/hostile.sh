#!/usr/bin/env bash
# npm run test:hostile [-- VITEST ARGUMENTS] : every hostile message in every state of a session; writes the tables to build/hostile.md.
source "$(dirname "$0")/build/common.sh"

rm -rf build/hostile
rc=0
# Floods run alone: other work on the machine would take the time in which they are sent.
HOSTILE=full bash scripts/test.sh test/hostile/before-login test/hostile/after-login test/hostile/sftp test/hostile/shared-instance "$@" || rc=$?
HOSTILE=full node node_modules/vitest/vitest.mjs run test/hostile/floods "$@" || rc=$?
# A table is only written for a run without findings.
[ $rc -ne 0 ] || node scripts/hostile-table.mjs
exit $rc
