import type { Transport } from '../../runtime/transport.ts'
import { SSHError } from '../../errors/ssh-error.ts'

export { connectAgent } from './no-agent.ts'

/** Browsers have no TCP: the error says what to do instead. */
export function connectTcp(_options: { readonly host: string, readonly port?: number, readonly signal?: AbortSignal | undefined }): Promise<Transport> {
  return Promise.reject(new SSHError('this runtime has no TCP: pass connect() a transport, e.g. connectWebSocket(url) of libssh2-wasm/websocket with a gateway', { code: 'ERR_NO_TCP' }))
}
