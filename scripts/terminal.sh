#!/usr/bin/env bash
# npm run terminal : builds what is missing and starts the browser terminal with its own SSH server and gateway.
source "$(dirname "$0")/build/common.sh"

./build.sh
exec node --import ./scripts/run/typescript.mjs examples/browser-terminal/start.ts "$@"
