import type { Transport } from '../../runtime/transport.ts'
import { SSHError } from '../../errors/ssh-error.ts'

type ConnectUnix = (path: string, options: { readonly signal: AbortSignal | undefined }) => Promise<Transport>

/** How a runtime with Unix sockets finds the agent: at `path`, or at SSH_AUTH_SOCK. */
export const agentSocket = (connectUnix: ConnectUnix) => async (path: string | undefined, signal: AbortSignal | undefined): Promise<Transport> => {
  const socket = path ?? globalThis.process.env.SSH_AUTH_SOCK
  if (!socket) throw new SSHError('there is no agent: SSH_AUTH_SOCK is not set', { code: 'ERR_NO_AGENT' })
  return connectUnix(socket, { signal })
}
