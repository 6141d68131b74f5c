'use strict'
throw new Error("ssh2/lib/protocol/node-fs-compat.js is not in ssh2-wasm: its checks of arguments are inside of client.sftp()")
