'use strict'
const { utils } = require('../index.js')

const KEY_TYPE = /^(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|rsa-sha2-(?:256|512))$/

/** Whether `value` is already a result of `parseKey`, which is then returned unchanged. */
const isParsedKey = value => typeof value === 'object' && value !== null && typeof value.isPrivateKey === 'function' && utils.parseKey(value) === value
const isSupportedKeyType = type => KEY_TYPE.test(type)

module.exports = { isParsedKey, isSupportedKeyType, parseKey: utils.parseKey }
