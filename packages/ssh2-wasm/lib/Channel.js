'use strict'
const { Duplex } = require('node:stream')

/** In `ssh2` the class of all channels. Here they come from a client, and `instanceof` knows them. */
class Channel {
  constructor() {
    throw new Error('A channel made by hand is not supported: client.exec(), shell(), subsys() and forwardOut() make them')
  }

  static [Symbol.hasInstance](value) {
    return value instanceof Duplex && typeof value.setWindow === 'function' && typeof value.signal === 'function'
  }
}

module.exports = { Channel, MAX_WINDOW: 2 * 1024 * 1024, PACKET_SIZE: 32 * 1024 }
