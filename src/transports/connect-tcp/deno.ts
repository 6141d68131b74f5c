/// Deno's part of `connect({ host, port })` and `agent()`.
import { connectUnix } from '../deno.ts'
import { agentSocket } from './agent-socket.ts'

export { connectTcp } from '../deno.ts'

export const connectAgent = agentSocket(connectUnix)
