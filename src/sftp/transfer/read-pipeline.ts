import { LentBytes } from '../protocol/lent-bytes.ts'
import type { RemoteHandle, SftpRequests, Signal } from '../protocol/requests.ts'
import type { TransferWindow } from './window.ts'

interface Piece {
  readonly offset: number
  readonly length: number
  readonly answer: Promise<LentBytes | null>
  /** The answer, when it is there. */
  data?: LentBytes | null
}

/** Bytes that have arrived and that nobody has taken yet: with so many no more is asked for. */
const UNTAKEN = 4 << 20
/** What `next` gives at once, if it is there: each call of the local file system costs a turn of the event loop. */
const TAKEN = 1 << 20
/** Requests under way at first, in a file whose end nobody knows. */
const FIRST = 2

export interface ReadRange {
  /** Where to begin; 0 if none is given. */
  readonly start?: number | undefined
  /** Where to stop, not included; at the end of the file if none is given. */
  readonly end?: number | undefined
  readonly signal?: Signal
}

/**
 * Reads a range of a file in order, asking ahead of what is taken: as far as the window goes, and no further. The end of the file is where the server says
 * so, not where its size says: that only tells how far to ask ahead. Disposing drops what nobody has taken.
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
  /** Where the bytes end that have been taken. */
  #taken: number
  #untaken = 0
  /** Where the file is said to end; asked ahead up to there, and piece by piece beyond. */
  #said = Infinity
  /** An answer was shorter than what was asked for, and not the last. */
  #short = false

  constructor(requests: SftpRequests, handle: RemoteHandle, largest: number, window: TransferWindow, { start = 0, end = Infinity, signal }: ReadRange) {
    this.#requests = requests
    this.#handle = handle
    this.#largest = largest
    this.#window = window
    this.#start = this.#next = this.#taken = start
    this.#end = end
    this.#signal = signal
  }

  /** Asks for the first piece while the size is not known yet. */
  begin(): this {
    this.#said = this.#next
    this.#askFor(Math.min(this.#largest, this.#end - this.#next))
    return this
  }

  /** The file is said to have so many bytes; `undefined` if nobody knows. */
  expect(size: number | undefined): this {
    this.#said = size ?? Infinity
    return this
  }

  /** The bytes that come next, for the caller to dispose of; `null` at the end of the range or of the file. */
  async next(): Promise<LentBytes | null> {
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

  /** What is missing is asked for at once, before what follows it is taken; not where a short answer and the size agree that this is the end. */
  #afterShort({ offset, length }: Piece, data: LentBytes): LentBytes {
    const at = offset + data.size
    if (at === this.#said && !this.#short) {
      this.#stop()
    } else {
      this.#short = true
      this.#pieces.unshift(this.#ask(at, length - data.size))
    }
    return data
  }

  /** And what follows, as far as it is there already. */
  #withNeighbours(data: LentBytes): LentBytes {
    const all = [data]
    let taken = data.size
    while (taken < TAKEN) {
      const piece = this.#pieces[0]
      if (!piece?.data || piece.data.size !== piece.length) break
      this.#pieces.shift()
      all.push(piece.data)
      taken += piece.length
      this.#untaken -= piece.length
    }
    this.#taken += taken - data.size
    return LentBytes.join(all)
  }

  #askAhead(): void {
    const known = Math.min(this.#end, this.#said)
    // Where nobody knows the end, as much again as there has been, so that a small file costs a few requests and not a window of them.
    const end = known === Infinity ? this.#taken + Math.max(FIRST * this.#largest, this.#taken - this.#start) : known
    while (this.#next < end && !this.#window.full && this.#untaken < UNTAKEN) this.#askFor(Math.min(this.#largest, this.#end - this.#next))
  }

  #askFor(length: number): void {
    this.#pieces.push(this.#ask(this.#next, length))
    this.#next += length
    // It goes on behind the size that was said: that is worth nothing any more.
    if (this.#next > this.#said + this.#largest) this.#said = Infinity
  }

  #ask(offset: number, length: number): Piece {
    const answer = this.#window.through(length, () => this.#requests.read(this.#handle, offset, length, this.#signal))
    const piece: Piece = { offset, length, answer }
    answer.then((data) => {
      piece.data = data
      this.#untaken += data?.size ?? 0
    }, () => {
      // Whoever takes it hears of it; what nobody takes any more may fail unheard.
    })
    return piece
  }

  #stop(): null {
    this.#next = this.#end
    for (const { answer } of this.#pieces.splice(0)) answer.then((data) => data?.[Symbol.dispose](), () => {})
    return null
  }

  [Symbol.dispose](): void {
    this.#stop()
  }
}
