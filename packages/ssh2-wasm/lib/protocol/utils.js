'use strict'
throw new Error("ssh2/lib/protocol/utils.js is not in ssh2-wasm: its functions read and write packets. DataView and Buffer of Node do that, and Session of libssh2-wasm/bindings sends them")
