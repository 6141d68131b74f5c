'use strict'
const { utils } = require('./index.js')

module.exports = { generateKeyPair: utils.generateKeyPair, generateKeyPairSync: utils.generateKeyPairSync }
