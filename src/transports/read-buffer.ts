import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import type { BytePort, PortSink } from '../runtime/transport.ts'
import { SocketPort } from './socket-port.ts'

/** The most that one read takes from the kernel: more packets at a time cost less each, as long as they fit into the processor's cache. */
const SIZE = 512 << 10
/** The most that one socket may read before others have their turn: libuv reads up to 32 times without a pause, which would be 20 ms and more of decryption. */
const TURN = 1 << 20
/**
 * Reads of such sizes, one packet of a transfer or two, are small for its speed: the client wakes for each of them, and the server is slowed by waking it. The socket rests for a millisecond
 * then, so that more has arrived for the next read. Smaller ones are interactive, and larger ones have enough.
 */
const FEW = { least: 16 << 10, most: 72 << 10 }
/**
 * So many reads of a transfer are without a rest at first, and after one that brought less than `WORTH_A_REST`: the transfer is slower than this pays for. A rest that brings no more than a read
 * without one doubles it: the application waits for each reply before it asks for the next one, and a rest only delays it.
 */
const WITHOUT_REST = { least: 64, most: 1024 }
/** A rest that brings so many bytes has paid: the next one may follow at once. */
const WORTH_A_REST = 256 << 10

/** Those of when this was loaded: a test of the application that fakes its timers does not stop the socket. */
const { setImmediate, setTimeout } = globalThis

let shared: Uint8Array | undefined

/** One for all sockets: a read is over when its callback returns. Windows fills buffers in the background. */
function readBuffer(): Uint8Array {
  return globalThis.process.platform === 'win32' ? new Uint8Array(SIZE) : shared ??= new Uint8Array(SIZE)
}

/**
 * A Node socket that reads into an existing buffer, instead of a new one of 64 KiB for each read.
 * Data comes only through its port: the socket's stream stays empty.
 */
export class ReadBuffer {
  readonly socket: Socket
  #port: BufferPort | undefined
  /** Data that came before the start: the server speaks first. */
  readonly #early: Uint8Array[] = []

  constructor(target: NetConnectOpts) {
    const buffer = readBuffer()
    this.socket = createConnection({ ...target, onread: { buffer, callback: (count) => this.#arrived(buffer.subarray(0, count)) } })
  }

  /** False stops reading. */
  #arrived(chunk: Uint8Array): boolean {
    if (this.#port?.started) return this.#port.received(chunk)
    this.#early.push(chunk.slice())
    return true
  }

  port(): BytePort {
    return this.#port ??= new BufferPort(this.socket, this.#early)
  }
}

class BufferPort extends SocketPort {
  readonly #socket: Socket
  readonly #early: Uint8Array[]
  #sink: PortSink | undefined
  #paused = false
  /** Bytes taken in this turn of the event loop. */
  #taken = 0
  readonly #nextTurn = () => {
    const stopped = this.#taken >= TURN
    this.#taken = 0
    if (stopped) this.#readOn()
  }

  #resting = false
  /** Where timers have steps of 16 ms a rest would be as long. */
  #withoutRest = globalThis.process.platform === 'win32' ? Infinity : WITHOUT_REST.least
  /** Twice as many are without a rest after the next one that brings too little. */
  #stretch = WITHOUT_REST.least
  readonly #rested = () => {
    this.#resting = false
    this.#first = true
    this.#readOn()
  }

  /** The next read is the first after a rest. */
  #first = false

  constructor(socket: Socket, early: Uint8Array[]) {
    super(socket)
    this.#socket = socket
    this.#early = early
  }

  get started(): boolean {
    return this.#sink !== undefined
  }

  override start(sink: PortSink): void {
    this.#sink = sink
    for (const chunk of this.#early.splice(0)) sink.data(chunk)
    super.start(sink)
  }

  /** `chunk` is lent: it is valid until this returns. False if that was enough for now. */
  received(chunk: Uint8Array): boolean {
    if (this.#taken === 0) setImmediate(this.#nextTurn)
    this.#taken += chunk.length
    this.#sink?.data(chunk, true)
    this.#rest(chunk.length)
    return this.#mayRead
  }

  #rest(bytes: number): void {
    if (this.#first) this.#judge(bytes)
    // A socket that was paused and resumed during a read may read in spite of the rest that this read began.
    if (this.#resting || bytes < FEW.least || bytes > FEW.most) return
    if (this.#withoutRest > 0) this.#withoutRest--
    else {
      this.#resting = true
      setTimeout(this.#rested, 1)
    }
  }

  /** A rest has brought so many bytes. */
  #judge(bytes: number): void {
    this.#first = false
    this.#stretch = bytes > FEW.most ? WITHOUT_REST.least : Math.min(WITHOUT_REST.most, 2 * this.#stretch)
    this.#withoutRest = bytes >= WORTH_A_REST ? 0 : this.#stretch
  }

  get #mayRead(): boolean {
    return this.#taken < TURN && !this.#resting
  }

  #readOn(): void {
    if (this.#mayRead && !this.#paused && !this.#socket.destroyed) this.#socket.resume()
  }

  /** A socket has given it to the kernel. */
  protected override wrote(chunk: Uint8Array): void {
    this.#sink?.written?.(chunk)
  }

  override pause(): void {
    this.#paused = true
    super.pause()
  }

  override resume(): void {
    this.#paused = false
    // Enough for now: reading continues in the next turn, or after the rest.
    if (this.#mayRead) super.resume()
  }
}
