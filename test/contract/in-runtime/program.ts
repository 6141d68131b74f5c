/// Runs in Node, Deno or Bun: the contract of the transports that are that runtime's own.
import { connectTcp as bunTcp, connectUnix as bunUnix } from '../../../src/transports/bun.ts'
import { connectTcp as denoTcp, connectUnix as denoUnix } from '../../../src/transports/deno.ts'
import { tcpConnection, unixConnection } from '../connection.ts'
import { overGlobalWebSocket } from '../connections.ts'
import { transportContract } from '../transport.contract.ts'
import { refusals } from './refusals.ts'
import { runAll } from './vitest.ts'

const host = '127.0.0.1'
const contracts: Readonly<Record<string, () => void>> = {
  deno() {
    transportContract('connectTcp of Deno', { connect: () => tcpConnection((port) => denoTcp({ host, port })) })
    transportContract('connectUnix of Deno', { connect: () => unixConnection((path) => denoUnix(path)) })
    refusals('Deno', denoTcp, denoUnix)
  },
  bun() {
    transportContract('connectTcp of Bun', { connect: () => tcpConnection((port) => bunTcp({ host, port })), halfClose: true })
    transportContract('connectUnix of Bun', { connect: () => unixConnection((path) => bunUnix(path)), halfClose: true })
    refusals('Bun', bunTcp, bunUnix)
  },
  node() {
    transportContract("connectWebSocket by Node's own WebSocket", { connect: overGlobalWebSocket, pausesFarEnd: false })
  },
}
contracts[process.argv[2] ?? '']?.()
process.exit(await runAll() === 0 ? 0 : 1)
