import type { Transport } from '../../runtime/transport.ts'
import { SSHError } from '../../errors/ssh-error.ts'

/** Runtimes without Unix sockets: the error says what to do instead. */
export function connectAgent(_path: string | undefined, _signal: AbortSignal | undefined): Promise<Transport> {
  return Promise.reject(new SSHError('this runtime has no agent socket: pass agent() a stream to an agent', { code: 'ERR_NO_AGENT' }))
}
