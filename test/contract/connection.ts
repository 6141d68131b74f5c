import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Transport } from '../../src/index.ts'

/** The other end of a transport. */
export interface FarEnd {
  /** Resolves with what has come, as soon as that is `length` bytes. */
  receive(length: number): Promise<Uint8Array>
  /** Bytes that have come so far. */
  readonly received: number
  send(data: Uint8Array): void
  /** Sends no more; an orderly end. */
  end(): void
  /** Breaks the connection. */
  reset(): void
  /** Stops and goes on reading. */
  hold(): void
  release(): void
  /** Resolves when this end has seen the other's end. */
  readonly ended: Promise<void>
}

/** Both ends. Owner: the test, by `stop()`. */
export interface Connection {
  readonly transport: Transport
  readonly far: FarEnd
  stop(): Promise<void>
}

/** Collects bytes until there are enough. */
export class Received {
  #chunks: Uint8Array[] = []
  #total = 0
  #wanted: (() => void) | undefined

  get total(): number {
    return this.#total
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#total += chunk.length
    this.#wanted?.()
  }

  async take(length: number): Promise<Uint8Array> {
    while (this.#total < length) await new Promise<void>((resolve) => { this.#wanted = resolve })
    return new Uint8Array(Buffer.concat(this.#chunks))
  }
}

export function socketEnd(socket: Socket): FarEnd {
  const received = new Received()
  const ended = new Promise<void>((resolve) => {
    socket.on('end', resolve)
    socket.on('close', () => resolve())
  })
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => received.push(chunk))
  return {
    receive: (length) => received.take(length),
    get received() {
      return received.total
    },
    send: (data) => void socket.write(data),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    hold: () => void socket.pause(),
    release: () => void socket.resume(),
    ended,
  }
}

/** A TCP server of one connection, and what connects to it. */
export async function tcpConnection(connect: (port: number) => Promise<Transport>): Promise<Connection> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return connection(server, () => connect((server.address() as { port: number }).port))
}

/** The same over a Unix socket. */
export async function unixConnection(connect: (path: string) => Promise<Transport>): Promise<Connection> {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'))
  const server = createServer({ allowHalfOpen: true })
  server.listen(join(folder, 'socket'))
  await once(server, 'listening')
  const made = await connection(server, () => connect(join(folder, 'socket')))
  return {
    ...made,
    stop: async () => {
      await made.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

async function connection(server: Server, connect: () => Promise<Transport>): Promise<Connection> {
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const transport = await connect()
  const [socket] = await accepted
  return {
    transport,
    far: socketEnd(socket),
    stop: async () => {
      socket.destroy()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
}
