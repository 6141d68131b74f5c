import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'
import { type Gateway, type GatewayLogLine, type GatewayOptions, sharedTokens, startGateway } from '../../packages/gateway/src/index.ts'

export const TOKEN = 'a token for tests only'

export const ticketOf = (token: string): string => `ticket.${Buffer.from(token).toString('base64url')}`
export const protocols = (token = TOKEN, protocol = 'binary'): string[] => [protocol, ticketOf(token)]

export interface TestGateway {
  readonly gateway: Gateway
  readonly url: string
  readonly lines: GatewayLogLine[]
  close(): Promise<void>
  /** Resolves with the first line, of those logged so far or later, that has such a reason. */
  logged(reason: RegExp, event?: GatewayLogLine['event']): Promise<GatewayLogLine>
}

export async function testGateway(options: Partial<GatewayOptions>): Promise<TestGateway> {
  const lines: GatewayLogLine[] = []
  const gateway = await startGateway({ authorize: sharedTokens({ tester: TOKEN }), allow: [], ...options, log: (line) => lines.push(line) })
  const logged = async (reason: RegExp, event?: GatewayLogLine['event']) => {
    for (;;) {
      const line = lines.find((candidate) => reason.test(candidate.reason ?? '') && (event === undefined || candidate.event === event))
      if (line) return line
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return { gateway, url: gateway.url, close: () => gateway.close(), lines, logged }
}

/** How a WebSocket ended: `{ status }` where the upgrade was refused, otherwise `{ code, reason }` of its close. */
export interface Ending {
  readonly status?: number
  readonly code?: number
  readonly reason?: string
}

/** A raw client, for what our own never does. `path` is sent as it stands. */
export function rawClient(gateway: { readonly url: string }, path: string, { token = TOKEN, offer, ...options }: ClientOptions & { token?: string | null, offer?: readonly string[] } = {}): { socket: WebSocket, opened: Promise<unknown>, ended: Promise<Ending> } {
  const address = new URL(gateway.url)
  const socket = new WebSocket(`${address.protocol.replace('http', 'ws')}//${address.host}/`, offer ? [...offer] : token === null ? ['binary'] : protocols(token), {
    ...options,
    // A URL would be normalised on its way.
    finishRequest: (request) => {
      request.path = path
      request.end()
    },
  })
  socket.on('error', () => {})
  const opened = once(socket, 'open')
  opened.catch(() => {})
  const ended = new Promise<Ending>((resolve) => {
    socket.on('unexpected-response', (request, response) => {
      resolve({ status: response.statusCode ?? 0 })
      request.destroy()
    })
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  return { socket, opened, ended }
}

export interface TcpTarget extends AsyncDisposable {
  readonly port: number
  /** Connections so far. */
  readonly sockets: Socket[]
  /** The connection of that number, as soon as it is there. */
  socket(index: number): Promise<Socket>
  close(): Promise<void>
}

/** A TCP server on 127.0.0.1 that does what the test says: for what no SSH server does. */
export async function tcpTarget(serve: (socket: Socket) => void, { host = '127.0.0.1', port = 0, allowHalfOpen = false } = {}): Promise<TcpTarget> {
  const sockets: Socket[] = []
  const server: Server = createServer({ allowHalfOpen }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  server.listen(port, host)
  await once(server, 'listening')
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  const socket = async (index: number) => {
    for (;;) {
      const found = sockets[index]
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return { port: (server.address() as AddressInfo).port, sockets, socket, close, [Symbol.asyncDispose]: close }
}
