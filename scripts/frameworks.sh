#!/usr/bin/env bash
# npm run test:frameworks : the packed package in applications of server frameworks, test runners, bundlers for Node and compiled programs, each built and run in a
# folder of its own; they come from the npm registry. Writes the tables to docs/frameworks.md. FRAMEWORKS=KEY,KEY npm test -- test/frameworks runs some.
source "$(dirname "$0")/build/common.sh"

rm -f build/frameworks.md build/framework-bundles.md
FRAMEWORKS=full bash scripts/test.sh test/frameworks "$@"
cat build/frameworks.md build/framework-bundles.md > docs/frameworks.md
