'use strict'
throw new Error("ssh2/lib/protocol/kex.js is not in ssh2-wasm: key exchanges are not to be had by themselves. Which ones a connection offers says `algorithms` of connect()")
