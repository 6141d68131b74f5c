/// The gateway on Node: npm `ws` in front of node:net.
import { lookup } from 'node:dns/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { Admission, CloseCode, type GatewayLogLine, type GatewayPolicy, logLine } from './admission.ts'
import { relay } from './node-relay.ts'

export interface GatewayOptions extends GatewayPolicy {
  /** Where to listen. Default: 127.0.0.1, a free port. */
  readonly host?: string
  readonly port?: number
  /** Called once for each connection that ended or was refused. */
  readonly log?: (line: GatewayLogLine) => void
  /** The last address of X-Forwarded-For is the client: only behind a proxy that writes it. */
  readonly behindProxy?: boolean
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: (name: string) => Promise<readonly string[]>
}

export interface Gateway extends AsyncDisposable {
  /** `ws://HOST:PORT`; a target is `${url}/tcp/HOST/PORT`. */
  readonly url: string
  /** Ends every connection and stops listening. */
  close(): Promise<void>
}

const resolveBySystem = async (name: string) => (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address)
/** Connections that have not asked for anything yet, or were refused, beyond the ones that the limits allow. */
const STRANGERS = 256

export async function startGateway({ host = '127.0.0.1', port = 0, log = () => {}, behindProxy = false, resolve = resolveBySystem, ...policy }: GatewayOptions): Promise<Gateway> {
  const admission = new Admission(policy)
  const { limits } = admission
  const open = new Set<WebSocket>()
  const webSockets = new WebSocketServer({
    noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: limits.frameBytes,
    handleProtocols: (offered) => offered.has('binary') ? 'binary' : false,
  })
  const server = createServer({ headersTimeout: limits.connectMs, requestTimeout: limits.connectMs, connectionsCheckingInterval: 1000, maxHeaderSize: 8192 }, (_request, response) => {
    response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end()
  })
  server.maxConnections = limits.connections + STRANGERS

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const client = clientAddress(request, behindProxy)
    const { 'sec-websocket-protocol': protocols, origin } = request.headers
    const decision = await admission.decide({ path: request.url ?? '', protocols, origin, client })
    if ('status' in decision) {
      log(logLine(client, decision.target, decision.reason))
      refuse(socket, decision.status)
      return
    }
    const { target, release } = decision
    let upgraded = false
    // The handshake may still fail, and the client may be gone already.
    if (socket.destroyed) return release()
    socket.once('close', () => { if (!upgraded) release() })
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      upgraded = true
      open.add(webSocket)
      webSocket.once('close', () => open.delete(webSocket))
      relay(webSocket, target, { allow: admission.allow, limits, resolve, closed: release, ended: (reason, counts) => log(logLine(client, target, reason, counts)) })
    })
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    upgrade(request, socket, head).catch(() => socket.destroy())
  })
  await new Promise<void>((listening, failed) => server.once('error', failed).listen(port, host, listening))
  const { address, family, port: bound } = server.address() as AddressInfo

  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const webSocket of open) webSocket.close(CloseCode.shutdown, 'the gateway is shutting down')
    const grace = setTimeout(() => { for (const webSocket of open) webSocket.terminate() }, CLOSE_GRACE)
    server.closeAllConnections()
    await closed
    clearTimeout(grace)
  }
  return { url: `ws://${family === 'IPv6' ? `[${address}]` : address}:${bound}`, close, [Symbol.asyncDispose]: close }
}

/** Milliseconds that clients have to answer the closing handshake. */
const CLOSE_GRACE = 1000

function clientAddress({ headers, socket }: IncomingMessage, behindProxy: boolean): string {
  const forwarded = headers['x-forwarded-for']
  const nearest = behindProxy ? String(forwarded ?? '').split(',').at(-1)?.trim() : undefined
  return nearest || (socket.remoteAddress ?? '-')
}

const STATUS_TEXT = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 429: 'Too Many Requests' } as const

function refuse(socket: Duplex, status: keyof typeof STATUS_TEXT): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_TEXT[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  socket.once('finish', () => socket.destroy())
}
