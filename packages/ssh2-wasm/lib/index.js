'use strict'
// Everything is in `libssh2-wasm/ssh2`; whoever imports it by either name gets the same objects.
module.exports = require('libssh2-wasm/ssh2')
