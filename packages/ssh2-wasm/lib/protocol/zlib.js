'use strict'
throw new Error("ssh2/lib/protocol/zlib.js is not in ssh2-wasm: compression is not to be had by itself. `algorithms: { compress: ['zlib@openssh.com'] }` of connect() asks for it")
