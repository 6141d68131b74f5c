/// What `connect({ host, port })` and `agent()` need of Bun.
import { connectUnix } from '../bun.ts'
import { agentSocket } from './agent-socket.ts'

export { connectTcp } from '../bun.ts'

export const connectAgent = agentSocket(connectUnix)
