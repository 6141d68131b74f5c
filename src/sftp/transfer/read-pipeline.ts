import { sizeOf } from '../protocol/parts.ts'
import type { RemoteHandle, SftpRequests, Signal } from '../protocol/requests.ts'
import type { TransferWindow } from './window.ts'

interface Piece {
  readonly offset: number
  length: number
  readonly answer: Promise<readonly Uint8Array[] | null>
  /** The answer, when it is there. */
  data?: readonly Uint8Array[] | null
}

/** Bytes that have arrived and that nobody has taken yet: with so many no more is asked for. */
const UNTAKEN = 4 << 20
/** What `next` gives at once, if it is there: each call of the local file system costs a turn of the event loop. */
const TAKEN = 1 << 20

export interface ReadRange {
  /** Where to begin; 0 if none is given. */
  readonly start?: number | undefined
  /** Where to stop, not included; at the end of the file if none is given. */
  readonly end?: number | undefined
  readonly signal?: Signal
}

/** Reads a range of a file in order, asking ahead of what is taken: as far as the window goes, and no further. */
export class ReadPipeline {
  readonly #requests: SftpRequests
  readonly #handle: RemoteHandle
  readonly #window: TransferWindow
  readonly #largest: number
  #end: number
  readonly #signal: Signal
  readonly #pieces: Piece[] = []
  #next: number
  #untaken = 0

  constructor(requests: SftpRequests, handle: RemoteHandle, largest: number, window: TransferWindow, { start = 0, end = Infinity, signal }: ReadRange) {
    this.#requests = requests
    this.#handle = handle
    this.#largest = largest
    this.#window = window
    this.#next = start
    this.#end = end
    this.#signal = signal
  }

  /** Asks for the first piece while the end is not known yet. */
  begin(): this {
    this.#askFor(this.#largest)
    return this
  }

  /** The range turns out to end here. */
  endAt(end: number): void {
    this.#end = end
    for (const piece of this.#pieces) piece.length = Math.max(0, Math.min(piece.length, end - piece.offset))
  }

  /** Takes back what `next` gave. */
  release(parts: readonly Uint8Array[]): void {
    this.#requests.release(parts)
  }

  /** The bytes that come next, in parts that are to be released; `null` at the end of the range or of the file. */
  async next(): Promise<readonly Uint8Array[] | null> {
    this.#askAhead()
    const piece = this.#pieces.shift()
    if (!piece) return null
    const data = await piece.answer
    if (data === null) return this.#stop()
    // The server may give less than was asked for: what is missing is asked for at once, before what follows it is taken.
    const size = sizeOf(data)
    this.#untaken -= size
    // The file has grown since it was looked at.
    if (size > piece.length) return piece.length > 0 ? firstBytes(data, piece.length) : this.#stop()
    if (size < piece.length) {
      this.#pieces.unshift(this.#ask(piece.offset + size, piece.length - size))
      return data
    }
    const all = this.#withNeighbours(data, size)
    this.#askAhead()
    return all
  }

  /** And what follows, as far as it is there already. */
  #withNeighbours(data: readonly Uint8Array[], size: number): readonly Uint8Array[] {
    const all = [...data]
    for (let taken = size; taken < TAKEN;) {
      const piece = this.#pieces[0]
      if (!piece?.data || sizeOf(piece.data) !== piece.length) break
      this.#pieces.shift()
      all.push(...piece.data)
      taken += piece.length
      this.#untaken -= piece.length
    }
    return all
  }

  #askAhead(): void {
    while (this.#next < this.#end && !this.#window.full && this.#untaken < UNTAKEN) this.#askFor(Math.min(this.#largest, this.#end - this.#next))
  }

  #askFor(length: number): void {
    this.#pieces.push(this.#ask(this.#next, length))
    this.#next += length
  }

  #ask(offset: number, length: number): Piece {
    const answer = this.#window.through(length, () => this.#requests.read(this.#handle, offset, length, this.#signal))
    const piece: Piece = { offset, length, answer }
    answer.then((data) => {
      piece.data = data
      this.#untaken += sizeOf(data ?? [])
    }, () => {
      // Whoever takes it hears of it; what nobody takes any more may fail unheard.
    })
    return piece
  }

  #stop(): null {
    this.#next = this.#end
    this.#pieces.length = 0
    return null
  }
}

function firstBytes(parts: readonly Uint8Array[], length: number): Uint8Array[] {
  let left = length
  return parts.flatMap((part) => {
    const taken = part.subarray(0, left)
    left -= taken.length
    return taken.length > 0 ? [taken] : []
  })
}
