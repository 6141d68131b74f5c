/// A request of Node's HTTP server in the form that a gate needs.
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { GatewayRequest } from '../policy/gate.ts'
import type { TrustedProxies } from './client-address.ts'

/** The client's address from a socket's PROXY header. */
export const announced = new WeakMap<object, string>()

export function gatewayRequest(request: IncomingMessage, proxies: TrustedProxies, signal: AbortSignal): GatewayRequest {
  const { socket } = request
  const peer = announced.get(rawSocket(socket)) ?? socket.remoteAddress ?? '-'
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]))
  return { path: request.url ?? '', origin: headers['origin'], client: proxies.clientOf(request, peer), peer, headers, certificate: certificateOf(socket), signal }
}

/** The socket below TLS, which the server accepted. */
export function rawSocket(socket: object): object {
  return (socket as { _parent?: object })._parent ?? socket
}

function certificateOf(socket: object): GatewayRequest['certificate'] {
  const { authorized, getPeerCertificate } = socket as Partial<TLSSocket>
  if (authorized !== true || typeof getPeerCertificate !== 'function') return undefined
  const { subject, fingerprint256 } = (socket as TLSSocket).getPeerCertificate()
  if (!fingerprint256) return undefined
  const texts = Object.entries(subject ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)])
  return { subject: Object.fromEntries(texts) as Record<string, string>, fingerprint: fingerprint256 }
}
