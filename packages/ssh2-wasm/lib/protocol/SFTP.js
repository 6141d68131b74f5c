'use strict'
const { utils } = require('../index.js')

const { flagsToString, OPEN_MODE, STATUS_CODE, stringToFlags } = utils.sftp

/** In `ssh2` this is the class of both sides of SFTP. Here only `client.sftp()` returns a client's. */
class SFTP {
  constructor() {
    throw new Error('An SFTP object made by hand is not supported: client.sftp() makes them')
  }
}

module.exports = { flagsToString, OPEN_MODE, SFTP, STATUS_CODE, stringToFlags }
