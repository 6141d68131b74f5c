/// Node's part of `connect({ host, port })` and `agent()`.
import { connectUnix } from '../node/socket.ts'
import { agentSocket } from './agent-socket.ts'

export { dialTcp as connectTcp } from '../node/socket.ts'

export const connectAgent = agentSocket(connectUnix)
