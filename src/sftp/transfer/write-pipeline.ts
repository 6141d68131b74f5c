import type { RemoteHandle, SftpRequests, Signal } from '../protocol/requests.ts'
import type { TransferWindow } from './window.ts'

/** The data of one call of `write`. */
interface Given {
  /** Bytes that the server does not have yet. */
  left: number
  readonly release: () => void
}

/** A request, or what becomes one. */
class Batch {
  readonly parts: Uint8Array[] = []
  /** Whose each part is. */
  readonly of: Given[] = []
  size = 0
  /** As the window said. */
  began = 0

  add(part: Uint8Array, of: Given): void {
    this.parts.push(part)
    this.of.push(of)
    this.size += part.length
  }

  /** The server has it. */
  release(): void {
    for (const [at, given] of this.of.entries()) {
      given.left -= (this.parts[at] as Uint8Array).length
      if (given.left === 0) given.release()
    }
  }
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
  #gathered = new Batch()
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
      const part = rest.subarray(0, this.#largest - this.#gathered.size)
      this.#gathered.add(part, given)
      rest = rest.subarray(part.length)
      if (this.#gathered.size === this.#largest || this.#window.used === 0) this.#send()
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
    const batch = this.#gathered
    if (batch.size === 0 || this.#failure) return
    this.#gathered = new Batch()
    batch.began = this.#window.begin(batch.size)
    this.requests += 1
    this.#server.write(this.#handle, this.#offset, batch.parts, this.#signal).then(() => this.#answered(batch), (error: unknown) => this.#answered(batch, { error }))
    this.#offset += batch.size
  }

  /** What came of a request is known as soon as the window has room again: `finish` looks at both. */
  #answered(batch: Batch, failure?: { error: unknown }): void {
    this.#window.settled(batch.size, batch.began)
    if (failure) this.#failure ??= failure
    else this.#tell(batch)
    if (this.#window.used === 0) this.#send()
    for (const wake of this.#waiters.splice(0)) wake()
  }

  #tell(batch: Batch): void {
    try {
      batch.release()
      this.#onWritten(batch.size)
    } catch (error) {
      this.#failure ??= { error }
    }
  }
}
