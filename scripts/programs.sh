#!/usr/bin/env bash
# npm run test:programs [-- VITEST ARGUMENTS] : programs that start ssh, each doing its job with this program in the place of /usr/bin/ssh and with stock ssh;
# writes the table to docs/programs.md. `-- -t git` runs one of them, and leaves the table as it is.
source "$(dirname "$0")/build/common.sh"

bash scripts/install-peers.sh --programs
rm -rf build/programs
rc=0
PROGRAMS=full bash scripts/test.sh test/programs "$@" || rc=$?
[ $# -gt 0 ] || node scripts/programs-table.mjs
exit $rc
