#!/usr/bin/env bash
# npm run demo [-- user@host command] : builds what is missing and runs examples/node/demo.ts on the package in dist/.
source "$(dirname "$0")/build/common.sh"

./build.sh
exec node --import ./scripts/run/typescript.mjs examples/node/demo.ts "$@"
