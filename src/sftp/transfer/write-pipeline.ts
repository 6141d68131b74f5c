import type { RemoteHandle, SftpRequests, Signal } from '../protocol/requests.ts'
import type { TransferWindow } from './window.ts'

/** The data of one call of `write`. */
interface Given {
  /** Bytes that the server does not have yet. */
  left: number
  readonly release: () => void
}

/**
 * Writes a file in order without waiting for each reply, as far ahead as the window allows.
 * Data smaller than a request is gathered while other requests are in flight.
 */
export class WritePipeline {
  readonly #server: SftpRequests
  readonly #handle: RemoteHandle
  readonly #window: TransferWindow
  readonly #largest: number
  readonly #signal: Signal
  readonly #onWritten: (bytes: number) => void
  readonly #waiters: (() => void)[] = []
  #gathered: { readonly part: Uint8Array, readonly of: Given }[] = []
  #gatheredSize = 0
  /** Requests made so far. */
  requests = 0
  #offset: number
  #failure: { error: unknown } | undefined

  constructor(server: SftpRequests, handle: RemoteHandle, largest: number, window: TransferWindow, options: { readonly start: number, readonly signal: Signal, readonly onWritten?: (bytes: number) => void }) {
    this.#server = server
    this.#handle = handle
    this.#largest = largest
    this.#window = window
    this.#offset = options.start
    this.#signal = options.signal
    this.#onWritten = options.onWritten ?? (() => {})
  }

  /** Resolves when there is room for more. `data` must not change until `release` is called or `finish` has resolved. @throws the error of any earlier write. */
  async write(data: Uint8Array, release = () => {}): Promise<void> {
    const given: Given = { left: data.length, release }
    for (let rest = data; rest.length > 0;) {
      const part = rest.subarray(0, this.#largest - this.#gatheredSize)
      this.#gathered.push({ part, of: given })
      this.#gatheredSize += part.length
      rest = rest.subarray(part.length)
      if (this.#gatheredSize === this.#largest || this.#window.used === 0) this.#send()
      while (this.#window.full && !this.#failure) await this.#settled()
      this.#check()
    }
  }

  /** Resolves when the server has acknowledged everything. */
  async finish(): Promise<void> {
    this.#send()
    while (this.#window.used > 0 && !this.#failure) await this.#settled()
    this.#check()
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => { this.#waiters.push(resolve) })
  }

  #send(): void {
    const [pieces, length, offset] = [this.#gathered, this.#gatheredSize, this.#offset]
    if (length === 0 || this.#failure) return
    this.#gathered = []
    this.#gatheredSize = 0
    this.#offset += length
    this.requests += 1
    // What came of it is known before the window has room again: `finish` looks at both.
    void this.#window.through(length, async () => {
      try {
        await this.#server.write(this.#handle, offset, pieces.map(({ part }) => part), this.#signal)
        for (const { part, of } of pieces) {
          of.left -= part.length
          if (of.left === 0) of.release()
        }
        this.#onWritten(length)
      } catch (error) {
        this.#failure ??= { error }
      }
    }).then(() => {
      if (this.#window.used === 0) this.#send()
      for (const wake of this.#waiters.splice(0)) wake()
    })
  }
}
