/// Bun's part of `connect({ host, port })` and `agent()`.
import { connectUnix } from '../bun.ts'
import { agentSocket } from './agent-socket.ts'

export { connectTcp } from '../bun.ts'

export const connectAgent = agentSocket(connectUnix)
