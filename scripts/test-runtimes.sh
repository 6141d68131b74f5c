#!/usr/bin/env bash
# npm run test:runtimes [-- --only KEY,KEY…] [--write] : only the suite of test/runtimes, in the runtimes that are available on this machine.
# Keys: node20 node22 node24 deno bun workerd chromium firefox webkit, browsers also with -worker. Results: build/runtimes.json and build/runtimes.md.
source "$(dirname "$0")/build/common.sh"

while [ $# -gt 0 ]; do
  case $1 in
    --only) [ $# -gt 1 ] || fail "--only needs keys, as deno,bun"; export RUNTIMES=$2; shift ;;
    --only=*) export RUNTIMES=${1#*=} ;;
    --write) export WRITE_RUNTIMES=1 ;;
    *) fail "unknown: $1" ;;
  esac
  shift
done
[ -z "${RUNTIMES:-}" ] || [ -z "${WRITE_RUNTIMES:-}" ] || fail "the table of docs/runtimes.md is about all runtimes: --write goes without --only"
exec scripts/test.sh test/runtimes
