import type { Received } from '../protocol/received.ts'
import type { RemoteHandle, SftpRequests, Signal } from '../protocol/requests.ts'
import type { TransferWindow } from './window.ts'

interface Piece {
  readonly offset: number
  readonly length: number
  readonly answer: Promise<Received | null>
  /** The reply, once it has arrived. */
  data?: Received | null
}

/** The most received bytes that nobody has taken yet; then no more are requested. */
const UNTAKEN = 4 << 20
/** The most that `next` returns at once: each call of the local file system costs a turn of the event loop. */
const TAKEN = 1 << 20
/** Requests in flight at first, in a file whose end nobody knows. */
const FIRST = 2

export interface ReadRange {
  /** Offset of the first byte; 0 by default. */
  readonly start?: number | undefined
  /** Offset where to stop, exclusive; by default the end of the file. */
  readonly end?: number | undefined
  readonly signal?: Signal
}

/**
 * Reads a range of a file in order, and requests ahead as far as the window allows. The end of the file is where the server says
 * so in reply to a read; its size only tells how far to request ahead. Disposing drops data that nobody has taken.
 */
export class ReadPipeline implements Disposable {
  readonly #requests: SftpRequests
  readonly #handle: RemoteHandle
  readonly #window: TransferWindow
  readonly #largest: number
  readonly #end: number
  readonly #signal: Signal
  readonly #pieces: Piece[] = []
  readonly #start: number
  /** Where the next request begins. */
  #next: number
  /** Where the taken bytes end. */
  #taken: number
  #untaken = 0
  /** The stated end of the file: requests run ahead up to there, and go piece by piece beyond. */
  #said = Infinity
  /** A reply was shorter than its request, and was not the last. */
  #short = false
  /** Nobody wants more, or there is no more. */
  #stopped = false

  constructor(requests: SftpRequests, handle: RemoteHandle, largest: number, window: TransferWindow, { start = 0, end = Infinity, signal }: ReadRange) {
    this.#requests = requests
    this.#handle = handle
    this.#largest = largest
    this.#window = window
    this.#start = this.#next = this.#taken = start
    this.#end = end
    this.#signal = signal
  }

  /** Requests the first piece while the size is not known yet. */
  begin(): this {
    this.#said = this.#next
    this.#askFor(Math.min(this.#largest, this.#end - this.#next))
    return this
  }

  /** Sets the stated size of the file; `undefined` if nobody knows it. */
  expect(size: number | undefined): this {
    this.#said = size ?? Infinity
    return this
  }

  /** The next bytes; `null` at the end of the range or of the file. */
  async next(): Promise<Received | null> {
    this.#askAhead()
    if (this.#pieces.length === 0 && this.#next < this.#end) this.#askFor(Math.min(this.#largest, this.#end - this.#next))
    const piece = this.#pieces.shift()
    if (!piece) return null
    const data = await piece.answer
    if (data === null) return this.#stop()
    this.#untaken -= data.size
    this.#taken += data.size
    if (data.size < piece.length) return this.#afterShort(piece, data)
    const all = this.#withNeighbours(data)
    this.#askAhead()
    return all
  }

  /** All of the rest, in its parts. */
  async rest(): Promise<Uint8Array[]> {
    const all: Uint8Array[] = []
    for (let data = await this.next(); data; data = await this.next()) {
      // Not as arguments, whose number is limited: a server may have sent a megabyte in tiny parts.
      for (const part of data.parts) all.push(part)
    }
    return all
  }

  /** Requests the missing bytes at once, before the following ones are taken, unless a short reply and the size agree that this is the end. */
  #afterShort({ offset, length }: Piece, data: Received): Received {
    const at = offset + data.size
    if (this.#stopped || (at === this.#said && !this.#short)) {
      this.#stop()
    } else {
      this.#short = true
      this.#pieces.unshift(this.#ask(at, length - data.size))
    }
    return data
  }

  /** Adds the following bytes, as far as they have arrived. */
  #withNeighbours(data: Received): Received {
    const parts = [...data.parts]
    let taken = data.size
    while (taken < TAKEN) {
      const piece = this.#pieces[0]
      if (!piece?.data || piece.data.size !== piece.length) break
      this.#pieces.shift()
      for (const part of piece.data.parts) parts.push(part)
      taken += piece.length
      this.#untaken -= piece.length
    }
    this.#taken += taken - data.size
    return { parts, size: taken }
  }

  #askAhead(): void {
    const known = Math.min(this.#end, this.#said)
    // If nobody knows the end, requests as much again as has arrived, so that a small file costs a few requests and not a whole window.
    const end = known === Infinity ? this.#taken + Math.max(FIRST * this.#largest, this.#taken - this.#start) : known
    while (this.#next < end && !this.#window.full && this.#untaken < UNTAKEN) this.#askFor(Math.min(this.#largest, this.#end - this.#next))
  }

  #askFor(length: number): void {
    this.#pieces.push(this.#ask(this.#next, length))
    this.#next += length
    // The file continues beyond its stated size, which is therefore worthless.
    if (this.#next > this.#said + this.#largest) this.#said = Infinity
  }

  #ask(offset: number, length: number): Piece {
    const start = this.#window.begin(length)
    const answer = this.#requests.read(this.#handle, offset, length, this.#signal)
    const piece: Piece = { offset, length, answer }
    answer.then((data) => {
      this.#window.settled(length, start)
      piece.data = data
      this.#untaken += data?.size ?? 0
    }, () => {
      // The caller that takes it sees the error; if nobody does, it may fail silently.
      this.#window.settled(length, start)
    })
    return piece
  }

  #stop(): null {
    this.#stopped = true
    this.#next = this.#end
    this.#pieces.length = 0
    return null
  }

  [Symbol.dispose](): void {
    this.#stop()
  }
}
