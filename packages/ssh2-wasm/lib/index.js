'use strict'
// Everything is in `libssh2-wasm/ssh2`; both names give the same objects.
module.exports = require('libssh2-wasm/ssh2')
