/// The HTTP server of a gateway: plain or TLS, on a port, a Unix socket or a systemd socket, with or without the PROXY protocol.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { GatewayLimits } from '../policy/limits.ts'
import type { TrustedProxies } from './client-address.ts'
import type { ListenOptions } from './options.ts'
import { readProxyHeader } from './proxy-protocol.ts'
import { announced } from './request.ts'

export interface ListenHooks {
  readonly request: RequestListener
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** A socket was accepted. @param client its address; undefined if it has none */
  readonly accepted: (socket: Socket, client: string | undefined) => void
}

export interface Listening {
  /** `ws://HOST:PORT` or `wss://…`; `ws+unix:PATH` for a Unix socket. */
  readonly url: string
  close(): Promise<void>
}

/** @throws the system's error if it cannot listen there; TypeError for an invalid certificate. */
export async function listen(options: ListenOptions, limits: GatewayLimits, proxies: TrustedProxies, hooks: ListenHooks): Promise<Listening> {
  const { host = '127.0.0.1', port = 0, unix, fd, tls, proxyProtocol = false } = options
  const times = { headersTimeout: limits.headersMs, requestTimeout: limits.headersMs, connectionsCheckingInterval: Math.min(1000, limits.headersMs), maxHeaderSize: 16_384, keepAliveTimeout: 1000 }
  const server: Server = tls
    ? createTlsServer({ ...times, cert: tls.cert, key: tls.key, handshakeTimeout: limits.headersMs, minVersion: 'TLSv1.2', ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: false }) }, hooks.request)
    : createServer(times, hooks.request)
  server.on('upgrade', hooks.upgrade)
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())
  let outer: TcpServer = server
  if (proxyProtocol) {
    outer = createTcpServer({ pauseOnConnect: false }, (socket) => {
      socket.on('error', () => socket.destroy())
      // Only one of the proxies may report addresses.
      if (!proxies.trusts(socket.remoteAddress ?? '')) return socket.destroy()
      readProxyHeader(socket, limits.headersMs, (client) => {
        if (client !== undefined) announced.set(socket, client)
        hooks.accepted(socket, client)
        server.emit('connection', socket)
        socket.resume()
      })
    })
  } else {
    server.on('connection', (socket: Socket) => hooks.accepted(socket, socket.remoteAddress))
  }
  await new Promise<void>((listening, failed) => {
    outer.once('error', failed)
    if (fd !== undefined) outer.listen({ fd }, listening)
    else if (unix !== undefined) outer.listen({ path: unix }, listening)
    else outer.listen(port, host, listening)
  })
  const close = () => new Promise<void>((closed) => {
    outer.close(() => closed())
    server.closeAllConnections()
  })
  return { url: urlOf(outer.address(), tls ? 'wss' : 'ws'), close }
}

function urlOf(address: AddressInfo | string | null, scheme: string): string {
  if (address === null || typeof address === 'string') return `${scheme}+unix:${address ?? ''}`
  return `${scheme}://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
