#!/usr/bin/env bash
# npm run terminal:browsers [-- --only chromium,firefox,webkit --write] : <ssh-terminal> in each browser; the table of docs/terminal.md with --write.
# npm run terminal:holders, with the same arguments: what workers live through in each browser.
source "$(dirname "$0")/build/common.sh"

bash scripts/install-peers.sh
bash scripts/install-runtimes.sh chromium,firefox,webkit
./build.sh
exec node --import ./scripts/run/typescript.mjs "$@"
