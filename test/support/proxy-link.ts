import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { applyFaults, type End, type Fault } from './proxy-fault.ts'
import type { Random } from './random.ts'

/** How bytes travel in one direction. */
export interface Shape {
  /** Time from one side to the other, milliseconds; default 0. */
  readonly delayMs?: number
  /** Up to so much more, by chance; the order is kept. */
  readonly jitterMs?: number
  /** Rate cap; default none, 0 stops the flow until it is changed. */
  readonly bytesPerSecond?: number
  /** Each write has so many bytes, or between the two numbers; default as they come. */
  readonly chunkSize?: number | readonly [number, number]
}

interface Item {
  readonly due: number
  readonly bytes: Uint8Array
  readonly end?: End
}

const queueLimit = 1 << 20
const largestWrite = 16_384

/** One direction of one connection: takes the data of `source`, mistreats it, and writes it to `target`. */
export class Link {
  readonly #source: Socket
  readonly #target: Socket
  readonly #random: Random
  readonly #faults: readonly Fault[]
  readonly #onEnd: (end: End) => void
  readonly #onBytes: (count: number) => void
  readonly #closed = new AbortController()
  #shape: Shape
  #queue: Item[] = []
  #queued = 0
  #received = 0
  #pumping = false
  #silent = false

  constructor(source: Socket, target: Socket, options: { shape: Shape; faults: readonly Fault[]; random: Random; onBytes: (count: number) => void; onEnd: (end: End) => void }) {
    this.#source = source
    this.#target = target
    this.#shape = options.shape
    this.#faults = options.faults
    this.#random = options.random
    this.#onBytes = options.onBytes
    this.#onEnd = options.onEnd
    // A fault at offset 0 does not wait for a first byte.
    const { end } = applyFaults(new Uint8Array(), 0, this.#faults)
    if (end !== undefined) this.#push(new Uint8Array(), end)
    source.on('data', (chunk: Buffer) => this.#receive(chunk))
    source.on('end', () => this.#push(new Uint8Array(), 'half-close'))
  }

  /** Data on its way keeps its delay. */
  set shape(shape: Shape) {
    this.#shape = shape
  }

  close(): void {
    this.#closed.abort()
    this.#queue = []
  }

  #receive(chunk: Uint8Array): void {
    const { bytes, end } = applyFaults(chunk, this.#received, this.#faults)
    this.#received += chunk.length
    this.#push(bytes, end)
  }

  #push(bytes: Uint8Array, end?: End): void {
    if (this.#silent) return
    this.#silent = end !== undefined
    const delay = (this.#shape.delayMs ?? 0) + this.#random.next() * (this.#shape.jitterMs ?? 0)
    this.#queue.push({ due: performance.now() + delay, bytes, ...(end === undefined ? {} : { end }) })
    this.#queued += bytes.length
    if (this.#queued > queueLimit) this.#source.pause()
    if (!this.#pumping) {
      this.#pumping = true
      // A closed connection interrupts every wait in it.
      this.#pump().catch(() => undefined).finally(() => (this.#pumping = false))
    }
  }

  async #pump(): Promise<void> {
    const signal = this.#closed.signal
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      const wait = item.due - performance.now()
      if (wait > 0) await setTimeout(wait, undefined, { signal })
      for (let rest = item.bytes; rest.length > 0; ) {
        const piece = rest.subarray(0, this.#size())
        rest = rest.subarray(piece.length)
        await this.#write(piece, signal)
      }
      // Node reports a RST that comes together with data as an orderly end, so the data is read first.
      if (item.end === 'reset') await setTimeout(10, undefined, { signal })
      if (item.end !== undefined && item.end !== 'silence') this.#onEnd(item.end)
    }
  }

  async #write(piece: Uint8Array, signal: AbortSignal): Promise<void> {
    while (this.#shape.bytesPerSecond === 0) await setTimeout(5, undefined, { signal })
    if (this.#shape.bytesPerSecond !== undefined) await setTimeout((piece.length / this.#shape.bytesPerSecond) * 1000, undefined, { signal })
    this.#onBytes(piece.length)
    if (!this.#target.write(piece)) await once(this.#target, 'drain', { signal })
    this.#queued -= piece.length
    if (this.#queued <= queueLimit) this.#source.resume()
    // A separate task for each write, since the kernel could send several as one segment.
    if (this.#shape.chunkSize !== undefined) await setImmediate(undefined, { signal })
  }

  #size(): number {
    const size = this.#shape.chunkSize
    if (typeof size === 'number') return size
    if (size !== undefined) return this.#random.integer(size[0], size[1])
    return largestWrite
  }
}
