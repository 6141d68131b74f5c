import { HOST_FAILED, HOST_PENDING } from '../ffi/host.gen.ts'
import type { BytePort } from '../runtime/transport.ts'

/** Bytes that were received and not yet taken: above this the transport is paused, below half of it resumed. */
const INBOUND_HIGH = 1 << 20
/** Bytes that were sent and not yet taken by the runtime: above this no new data is written (law 3). */
const OUTBOUND_HIGH = 1 << 20
/** Data stops far below this, so only a peer that keeps asking and never reads the answers gets here. Nothing more is received from it until it reads. */
const ANSWERS_HIGH = 4 << 20
const STAGE_SIZE = 64 << 10
/** Packets of this size and above get their own memory: they are copied once, and waste no rest of a stage. */
const OWN_MEMORY = 16 << 10
/** As many packets with their own memory as `OUTBOUND_HIGH` has room for. */
const MOST_SPARE = 32
/** The stage for keystrokes and keepalives: idle sessions hold no more than this. */
const SMALL_STAGE = 1 << 10
const NO_STAGE = new Uint8Array(0)

/** The two queues between libssh2's RECV and SEND and the port of one transport. One copy each way. */
export class Wire {
  readonly #port: BytePort
  readonly #moved: () => void
  /** What has arrived and not been taken completely. */
  readonly chunks: Uint8Array[] = []
  /** Where in the first chunk the bytes begin that RECV has not taken. */
  head = 0
  #paused = false
  #ended: { error: unknown } | undefined
  #closed = false
  #closing: Promise<void> | undefined
  readonly #ready: Uint8Array[] = []
  /** Where small packets are gathered: up to `#sealed` it belongs to chunks that are ready. */
  #stage: Uint8Array = NO_STAGE
  #sealed = 0
  #staged = 0
  /** Bytes that SEND took and `flush` has not handed on. */
  #unsent = 0
  /** Memory of packets that the transport has finished with, kept for the next ones: new memory costs more than the copy into it. */
  #spare: Uint8Array[] = []
  /** Packets that were copied and have not been written yet. */
  #copies = 0
  #congested = false
  /** All bytes that have arrived. */
  arrived = 0
  /** All bytes that RECV has taken: the driver's measure of progress (law 2). */
  bytesRead = 0
  /** When the last bytes went to the transport, in the time of `performance.now()`. */
  sentAt = 0
  /** Something has arrived since then: what is sent next acknowledges it. */
  unanswered = false

  /** @param moved bytes arrived, the stream ended, or the outgoing queue fell far below its high-water mark. */
  constructor(port: BytePort, moved: () => void) {
    this.#port = port
    this.#moved = moved
  }

  start(): void {
    this.#port.start({
      data: (chunk, lent) => this.#receive(chunk, lent),
      drained: () => this.#drained(),
      written: (chunk) => this.#keep(chunk),
      ended: (error) => {
        this.#ended ??= { error }
        this.#moved()
      },
    })
  }

  #receive(chunk: Uint8Array, lent?: boolean): void {
    this.chunks.push(chunk)
    this.arrived += chunk.length
    this.unanswered = true
    if (this.#inbound > INBOUND_HIGH && !this.#paused) {
      this.#paused = true
      this.#port.pause()
    }
    this.#moved()
    const at = lent ? this.chunks.lastIndexOf(chunk) : -1
    if (at > 0) this.chunks[at] = chunk.slice()
    if (at !== 0) return
    this.chunks[0] = chunk.slice(this.head)
    this.head = 0
  }

  /** Bytes that have arrived and not been taken. */
  get #inbound(): number {
    return this.arrived - this.bytesRead
  }

  #drained(): void {
    if (!this.#congested || this.#port.queued > OUTBOUND_HIGH / 2) return
    this.#congested = false
    this.#moved()
  }

  /** RECV. */
  recv(target: Uint8Array): number {
    let filled = 0
    let first: Uint8Array | undefined
    while (filled < target.length && (first = this.first())) {
      const part = first.subarray(this.head, this.head + target.length - filled)
      target.set(part, filled)
      filled += part.length
      this.skip(part.length)
    }
    return filled || HOST_PENDING
  }

  /** The memory of the bytes that RECV would take first, for code that takes whole packets. Nothing is taken from a peer that keeps asking and does not read the answers. */
  first(): Uint8Array | undefined {
    return this.#ended || this.#port.queued <= ANSWERS_HIGH ? this.chunks[0] : undefined
  }

  /** So many of the bytes that have arrived have been taken. */
  skip(count: number): void {
    this.head += count
    this.bytesRead += count
    while (this.head >= (this.chunks[0]?.length ?? Infinity)) this.head -= (this.chunks.shift() as Uint8Array).length
  }

  /** SEND. Accepts everything (law 3). */
  send(data: Uint8Array): number {
    if (this.#closed) return HOST_FAILED
    if (data.length >= OWN_MEMORY) {
      this.give(this.#copy(data))
      return data.length
    }
    this.#unsent += data.length
    if (this.#stage.length - this.#staged < data.length) {
      this.#seal()
      this.#stage = new Uint8Array(data.length > SMALL_STAGE / 2 ? STAGE_SIZE : SMALL_STAGE)
      this.#sealed = this.#staged = 0
    }
    this.#stage.set(data, this.#staged)
    this.#staged += data.length
    return data.length
  }

  /** SEND of memory that becomes the wire's. */
  give(data: Uint8Array): void {
    if (data.length < OWN_MEMORY) return void this.send(data)
    this.#unsent += data.length
    this.#seal()
    this.#ready.push(data)
  }

  /** Ciphers give memory of their own: only what is copied needs spare memory, and that is no part of a stage, of which other views are in use. */
  #keep(chunk: Uint8Array): void {
    if (this.#copies === 0 || chunk.length < OWN_MEMORY || chunk.length !== chunk.buffer.byteLength) return
    this.#copies -= 1
    if (this.#spare.length < MOST_SPARE) this.#spare.push(chunk)
  }

  /** Full packets all have the same length. */
  #copy(data: Uint8Array): Uint8Array {
    this.#copies += 1
    const spare = this.#spare.pop()
    if (spare?.length !== data.length) return new Uint8Array(data)
    spare.set(data)
    return spare
  }

  /** Moves staged bytes to the ready list; the rest of the stage stays in use. */
  #seal(): void {
    if (this.#staged === this.#sealed) return
    this.#ready.push(this.#stage.subarray(this.#sealed, this.#staged))
    this.#sealed = this.#staged
  }

  /** The transport knows that nothing arrives at present (`BytePort.stalled`). */
  get stalled(): boolean | undefined {
    return this.#port.stalled
  }

  /** Hands everything that SEND took to the transport, and resumes it if RECV made room. Not called from inside C: the transport may deliver at once. */
  flush(): void {
    if (this.#paused && this.#inbound < INBOUND_HIGH / 2) {
      this.#paused = false
      this.#port.resume()
    }
    if (this.#unsent === 0) return
    this.#seal()
    const chunks = this.#ready.splice(0)
    if (chunks.length === 1 && this.#unsent < SMALL_STAGE) {
      if (this.#stage.length > SMALL_STAGE) this.#stage = NO_STAGE
      this.#spare = []
    }
    this.sentAt = performance.now()
    this.unanswered = false
    this.#unsent = 0
    let left = chunks.length
    for (const chunk of chunks) this.#port.write(chunk, --left > 0)
    // A transport that has already taken everything will not report that it drained.
    if (this.congested) this.#drained()
  }

  /** No new data should be written; reads, requests and window adjusts are always sent. */
  get congested(): boolean {
    return this.#congested ||= this.#port.queued + this.#unsent > OUTBOUND_HIGH
  }

  /** While it is not congested: bytes that SEND may get until it is. */
  get room(): number {
    return OUTBOUND_HIGH - this.#port.queued - this.#unsent
  }

  /** Set once nothing more will come; `error` then says why, if it was not an orderly end. */
  get ended(): { readonly error: unknown } | undefined {
    return this.#ended
  }

  /** Resolves when everything that was sent has gone out, or can no longer go out. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.flush()
      this.#closed = true
      this.#ended ??= { error: undefined }
      this.#closing = this.#port.close()
    }
    return this.#closing ?? Promise.resolve()
  }

  abort(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ended ??= { error: undefined }
    this.chunks.length = 0
    this.#port.abort()
  }
}
