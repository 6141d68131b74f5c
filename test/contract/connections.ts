import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { Duplex } from 'node:stream'
import { type WebSocket as ServerSocket, WebSocket as WsWebSocket, WebSocketServer } from 'ws'
import type { Transport } from '../../src/index.ts'
import { connectTcp, fromDuplex } from '../../src/node/index.ts'
import { dialTcp } from '../../src/transports/node/socket.ts'
import { connectWebSocket, fromWebSocket } from '../../src/transports/websocket.ts'
import { transportPair } from '../support/transport.ts'
import { type Connection, type FarEnd, Received, tcpConnection } from './connection.ts'

const host = '127.0.0.1'

export const overTcp = () => tcpConnection((port) => connectTcp({ host, port }))

export const overDial = () => tcpConnection((port) => dialTcp({ host, port }))

export const overDuplex = () => tcpConnection(async (port) => {
  const socket = connectSocket({ host, port, allowHalfOpen: true })
  await once(socket, 'connect')
  return fromDuplex(socket)
})

/** Through Node's own adapter of streams: no port of ours. Node 20's tells no end of a socket that may be half open. */
export const overWebStreams = () => tcpConnection(async (port) => {
  const socket = connectSocket({ host, port })
  await once(socket, 'connect')
  const { readable, writable } = Duplex.toWeb(socket) as unknown as Pick<Transport, 'readable' | 'writable'>
  return { readable, writable, close: () => void socket.destroy() }
})

function webSocketEnd(socket: ServerSocket): FarEnd {
  const received = new Received()
  socket.on('message', (data: Buffer) => received.push(data))
  socket.on('error', () => {})
  return {
    receive: (length) => received.take(length),
    get received() {
      return received.total
    },
    send: (data) => socket.send(data),
    end: () => socket.close(1000),
    reset: () => socket.terminate(),
    hold: () => socket.pause(),
    release: () => socket.resume(),
    ended: new Promise((resolve) => { socket.on('close', () => resolve()) }),
  }
}

async function webSocketConnection(connect: (url: string) => Transport | Promise<Transport>): Promise<Connection> {
  const server = new WebSocketServer({ host, port: 0, handleProtocols: (offered) => offered.values().next().value ?? false })
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[ServerSocket]>
  const { port } = server.address() as { port: number }
  const transport = await connect(`ws://${host}:${port}`)
  const [socket] = await accepted
  return {
    transport,
    far: webSocketEnd(socket),
    stop: async () => {
      socket.terminate()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
}

/** Not waited for until it is open: bytes written before must not be lost. */
export const overNpmWebSocket = () => webSocketConnection((url) => fromWebSocket(new WsWebSocket(url, 'binary') as unknown as WebSocket))

export const overGlobalWebSocket = () => webSocketConnection((url) => connectWebSocket(url))

/** Web Streams in memory, without any socket. */
export function inMemory(shape: (data: Uint8Array) => Iterable<Uint8Array>): Promise<Connection> {
  const [near, remote] = transportPair()
  const received = new Received()
  const writer = remote.writable.getWriter()
  const reader = remote.readable.getReader()
  let held: Promise<void> | undefined
  let release = () => {}
  const ended = (async () => {
    for (;;) {
      await held
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
      if (done || !value) return
      received.push(value)
    }
  })()
  const far: FarEnd = {
    receive: (length) => received.take(length),
    get received() {
      return received.total
    },
    send: (data) => { for (const chunk of shape(data)) writer.write(chunk).catch(() => {}) },
    end: () => void writer.close().catch(() => {}),
    reset: () => {
      writer.abort(new Error('broken')).catch(() => {})
      reader.cancel(new Error('broken')).catch(() => {})
    },
    hold: () => { held = new Promise((resolve) => { release = resolve }) },
    release: () => {
      held = undefined
      release()
    },
    ended,
  }
  return Promise.resolve({ transport: near, far, stop: async () => { far.reset(); far.release(); await ended } })
}

/** Cuts into chunks of one size. */
export const inChunks = (size: number) => function* (data: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.slice(at, at + size)
}
