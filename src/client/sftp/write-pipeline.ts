import type { RemoteHandle, SftpRequests, Signal } from './requests.ts'
import type { TransferWindow } from './transfer-window.ts'

/**
 * Writes a file in order without waiting for each answer, as far ahead as the window goes.
 * What is smaller than a request is gathered while others are under way.
 */
export class WritePipeline {
  readonly #server: SftpRequests
  readonly #handle: RemoteHandle
  readonly #window: TransferWindow
  readonly #largest: number
  readonly #signal: Signal
  readonly #onWritten: (bytes: number) => void
  readonly #waiters: (() => void)[] = []
  #gathered: Uint8Array[] = []
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

  /** Resolves when there is room for more. `data` must not change until `finish` has resolved. @throws what any write so far failed with. */
  async write(data: Uint8Array): Promise<void> {
    for (let rest = data; rest.length > 0;) {
      const part = rest.subarray(0, this.#largest - this.#gatheredSize)
      this.#gathered.push(part)
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
    const [data, length, offset] = [this.#gathered, this.#gatheredSize, this.#offset]
    if (length === 0 || this.#failure) return
    this.#gathered = []
    this.#gatheredSize = 0
    this.#offset += length
    this.requests += 1
    this.#window.through(length, () => this.#server.write(this.#handle, offset, data, this.#signal)).then(() => {
      this.#onWritten(length)
      if (this.#window.used === 0) this.#send()
    }).catch((error: unknown) => { this.#failure ??= { error } }).finally(() => {
      for (const wake of this.#waiters.splice(0)) wake()
    })
  }
}
