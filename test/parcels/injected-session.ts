import { Session, type SessionOptions } from '../../src/bindings/session/session.ts'
import { connectTcp } from '../../src/node/index.ts'
import type { BytePort, PortSink, Transport } from '../../src/runtime/transport.ts'
import { login } from '../fixes/attack.ts'
import { type Connection, serveLogin, startScriptedServer } from '../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../support/scripted-server/packet-cipher.ts'
import { ConnectionEnded } from '../support/scripted-server/byte-queue.ts'

/** What a session is tried with. */
export interface Way {
  readonly name: string
  readonly cipher: DirectionAlgorithms['cipher']
  readonly hostCrypto: boolean
}

/** A session that is logged in, and whose server can put bytes right into its transport, in the chunks that a test wants. */
export interface InjectedSession extends AsyncDisposable {
  readonly session: Session
  readonly connection: Connection
  /** Hands a chunk to the session, as the transport would, in memory that is overwritten afterwards where it is lent. */
  inject(chunk: Uint8Array, lent: boolean): void
  /** From now on what the server sends waits. */
  hold(): void
  /** All that has waited, as one chunk, once it is so much. */
  release(size: number): Promise<void>
  /** Ends the transport, as a FIN or with an error would. */
  end(error?: unknown): void
}

export async function injectedSession({ cipher, hostCrypto }: Omit<Way, 'name'>, options: Omit<SessionOptions, 'hostCrypto'> = {}): Promise<InjectedSession> {
  let ready!: (connection: Connection) => void
  const connected = new Promise<Connection>((resolve) => { ready = resolve })
  let over!: () => void
  const held = new Promise<void>((resolve) => { over = resolve })
  const server = await startScriptedServer(async (connection) => {
    await serveLogin(connection, { serverToClient: { cipher } })
    ready(connection)
    await held
  })
  const tcp = await connectTcp(server)
  const port = new InjectedPort(tcp.port as BytePort)
  const session = await Session.create({ readable: undefined as never, writable: undefined as never, port } satisfies Transport, { ...options, hostCrypto })
  await login(session)
  const connection = await connected
  return {
    session, connection,
    inject(chunk, lent) {
      port.sink.data(chunk, lent)
      if (lent) chunk.fill(0xee)
    },
    hold: () => { port.held = [] },
    release: (size) => port.release(size),
    end: (error) => port.sink.ended(error),
    async [Symbol.asyncDispose]() {
      session.free()
      over()
      await server.done.catch((error: unknown) => { if (!(error instanceof ConnectionEnded)) throw error })
      await server[Symbol.asyncDispose]()
    },
  }
}

class InjectedPort implements BytePort {
  readonly #port: BytePort
  sink!: PortSink
  held: Uint8Array[] | undefined
  #arrived: () => void = () => {}

  constructor(port: BytePort) {
    this.#port = port
  }

  get queued(): number {
    return this.#port.queued
  }

  start(sink: PortSink): void {
    this.sink = sink
    this.#port.start({
      drained: () => sink.drained(),
      ended: (error) => sink.ended(error),
      data: (chunk) => {
        if (!this.held) return sink.data(chunk)
        this.held.push(Uint8Array.from(chunk))
        this.#arrived()
      },
    })
  }

  async release(size: number): Promise<void> {
    const waiting = () => (this.held ?? []).reduce((sum, { length }) => sum + length, 0)
    while (waiting() < size) await new Promise<void>((resolve) => { this.#arrived = resolve })
    const all = Buffer.concat(this.held ?? [])
    this.held = undefined
    this.sink.data(all)
  }

  write(chunk: Uint8Array, more?: boolean): void {
    this.#port.write(chunk, more)
  }

  pause(): void {}

  resume(): void {}

  close(): Promise<void> {
    return this.#port.close()
  }

  abort(): void {
    this.#port.abort()
  }
}
