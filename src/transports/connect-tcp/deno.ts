/// What `connect({ host, port })` and `agent()` need of Deno.
import { connectUnix } from '../deno.ts'
import { agentSocket } from './agent-socket.ts'

export { connectTcp } from '../deno.ts'

export const connectAgent = agentSocket(connectUnix)
