'use strict'
throw new Error("ssh2/lib/protocol/crypto.js is not in ssh2-wasm: ciphers and MACs are not to be had by themselves. Which ones a connection offers says `algorithms` of connect()")
