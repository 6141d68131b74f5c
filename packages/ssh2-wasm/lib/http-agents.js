'use strict'
const { HTTPAgent, HTTPSAgent } = require('./index.js')

module.exports = { SSHTTPAgent: HTTPAgent, SSHTTPSAgent: HTTPSAgent }
