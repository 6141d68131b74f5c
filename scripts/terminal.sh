#!/usr/bin/env bash
# npm run terminal : builds what is missing and starts the browser terminal with an SSH server and a gateway of its own.
source "$(dirname "$0")/build/common.sh"

./build.sh
exec node --import ./scripts/run/typescript.mjs examples/browser-terminal/start.ts "$@"
