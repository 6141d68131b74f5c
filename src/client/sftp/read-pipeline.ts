import { type RemoteHandle, type SftpRequests, type Signal, sizeOf } from './requests.ts'
import type { TransferWindow } from './transfer-window.ts'

interface Piece {
  readonly offset: number
  length: number
  readonly answer: Promise<readonly Uint8Array[] | null>
}

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

  /** The bytes that come next, in parts; `null` at the end of the range or of the file. */
  async next(): Promise<readonly Uint8Array[] | null> {
    this.#askAhead()
    const piece = this.#pieces.shift()
    if (!piece) return null
    const data = await piece.answer
    if (data === null) return this.#stop()
    // The server may give less than was asked for: what is missing is asked for at once, before what follows it is taken.
    const size = sizeOf(data)
    // The file has grown since it was looked at.
    if (size > piece.length) return piece.length > 0 ? firstBytes(data, piece.length) : this.#stop()
    if (size < piece.length) this.#pieces.unshift(this.#ask(piece.offset + size, piece.length - size))
    else this.#askAhead()
    return data
  }

  #askAhead(): void {
    while (this.#next < this.#end && !this.#window.full) this.#askFor(Math.min(this.#largest, this.#end - this.#next))
  }

  #askFor(length: number): void {
    this.#pieces.push(this.#ask(this.#next, length))
    this.#next += length
  }

  #ask(offset: number, length: number): Piece {
    const answer = this.#window.through(length, () => this.#requests.read(this.#handle, offset, length, this.#signal))
    // Whoever takes it hears of a failure; what nobody takes any more may fail unheard.
    answer.catch(() => {})
    return { offset, length, answer }
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
