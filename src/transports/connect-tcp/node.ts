/// What `connect({ host, port })` and `agent()` need of Node, Deno and Bun.
import type { Transport } from '../../core/transport.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { connectUnix } from '../node.ts'

export { connectTcp } from '../node.ts'

/** The agent at `path`, or at SSH_AUTH_SOCK. */
export function connectAgent(path: string | undefined, signal: AbortSignal | undefined): Promise<Transport> {
  const socket = path ?? globalThis.process.env.SSH_AUTH_SOCK
  if (!socket) return Promise.reject(new SSHError('there is no agent: SSH_AUTH_SOCK is not set', { code: 'ERR_NO_AGENT' }))
  return connectUnix(socket, { signal })
}
