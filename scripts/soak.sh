#!/usr/bin/env bash
# npm run soak [-- OPTIONS] : long runs against OpenSSH, with curves of memory, handles and sockets. Writes docs/soak.md with --write.
source "$(dirname "$0")/build/common.sh"

bash scripts/build/node-modules.sh
./build.sh
[ -x /usr/sbin/sshd ] && have ssh-keygen || scripts/install-peers.sh >&2
exec node --import ./scripts/run/typescript.mjs test/soak/run.ts "$@"
