#!/usr/bin/env bash
# npm run test:paste [-- VITEST ARGUMENTS] : 16 MB pasted into terminals that do not echo, with every server, through library, program and page; writes the table to
# docs/paste.md.
source "$(dirname "$0")/build/common.sh"

bash scripts/install-peers.sh --full
rm -f build/paste.md
PASTE=full bash scripts/test.sh test/wild/paste.test.ts "$@"
cp build/paste.md docs/paste.md
