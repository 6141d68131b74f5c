import { fromWebTransport } from '../../src/transports/webtransport.ts'
import { inChunks, inMemory, overDial, overDuplex, overGlobalWebSocket, overNpmWebSocket, overTcp, overWebStreams } from './connections.ts'
import { transportContract } from './transport.contract.ts'

transportContract('connectTcp', { connect: overTcp })
transportContract('the socket of connect()', { connect: overDial })
transportContract('fromDuplex, which may be half open', { connect: overDuplex, halfClose: true })
transportContract('Web Streams', { connect: overWebStreams })
transportContract('streams in memory', { connect: () => inMemory(inChunks(32_768)), halfClose: true })
transportContract('streams in memory, one byte at a time', { connect: () => inMemory(inChunks(1)), size: 5000, halfClose: true, pausesFarEnd: false })
transportContract('fromWebTransport', {
  connect: async () => {
    const { transport, ...rest } = await inMemory(inChunks(32_768))
    return { ...rest, transport: fromWebTransport(transport, { close: () => void transport.close?.() }) }
  },
  halfClose: true,
})
transportContract('fromWebSocket, npm ws', { connect: overNpmWebSocket, pausesFarEnd: false })
if (typeof WebSocket === 'function') transportContract('connectWebSocket', { connect: overGlobalWebSocket, pausesFarEnd: false })
else console.warn('skipped: the contract of connectWebSocket: this runtime has no WebSocket of its own (Node has one from 22 on)')
