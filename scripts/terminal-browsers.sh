#!/usr/bin/env bash
# npm run terminal:browsers [-- --only chromium,firefox,webkit --write] : <ssh-terminal> in each browser; the table of docs/terminal.md with --write.
source "$(dirname "$0")/build/common.sh"

bash scripts/install-peers.sh
bash scripts/install-runtimes.sh chromium,firefox,webkit
./build.sh
exec node --import ./scripts/run/typescript.mjs test/browser-terminal/browsers/run.ts "$@"
