'use strict'
throw new Error("ssh2/lib/protocol/handlers.js is not in ssh2-wasm: messages are handled by libssh2. Events of Client tell of them")
