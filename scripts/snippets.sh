#!/usr/bin/env bash
# npm run test:snippets : each snippet of README and guides, pasted into an empty project with the packed package, on Node 20, 22 and 24, Deno and Bun. Writes the
# table to docs/snippets.md.
source "$(dirname "$0")/build/common.sh"

rm -f build/snippets.md
SNIPPETS=full bash scripts/test.sh test/snippets "$@"
cp build/snippets.md docs/snippets.md
