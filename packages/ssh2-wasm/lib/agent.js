'use strict'
const { AgentProtocol, BaseAgent, createAgent, CygwinAgent, OpenSSHAgent, PageantAgent } = require('./index.js')

module.exports = { AgentProtocol, BaseAgent, createAgent, CygwinAgent, isAgent: value => value instanceof BaseAgent, OpenSSHAgent, PageantAgent }
