/// What `connect({ host, port })` and `agent()` need of Node.
import { connectUnix } from '../node.ts'
import { agentSocket } from './agent-socket.ts'

export { connectTcp } from '../node.ts'

export const connectAgent = agentSocket(connectUnix)
