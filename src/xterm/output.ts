import type { Terminal } from '@xterm/xterm'

/**
 * Writes a stream into the terminal, as bytes: xterm.js joins characters that are split between chunks. It stops reading while more than
 * `highWaterMark` bytes wait to be shown, and continues at a quarter of that. Resolves when the stream has ended and everything is shown, or on
 * abort; unread data then stays in the stream.
 */
export async function showOutput(stream: ReadableStream<Uint8Array>, terminal: Terminal, highWaterMark: number, signal: AbortSignal): Promise<void> {
  const reader = stream.getReader()
  const shown = new Backlog(highWaterMark)
  const stop = () => {
    reader.releaseLock()
    shown.stop()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read()
      if (done) return await shown.empty()
      shown.add(value.length)
      terminal.write(value, () => shown.remove(value.length))
      await shown.room()
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
    if (!signal.aborted) reader.releaseLock()
  }
}

/** Counts the bytes that the terminal has received and not shown yet. */
class Backlog {
  readonly #high: number
  #bytes = 0
  #stopped = false
  #wait: { readonly below: number, readonly resolve: () => void } | undefined

  constructor(high: number) {
    this.#high = high
  }

  add(bytes: number): void {
    this.#bytes += bytes
  }

  remove(bytes: number): void {
    this.#bytes -= bytes
    this.#look()
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    if (this.#bytes > this.#high) await this.#until(this.#high / 4)
  }

  async empty(): Promise<void> {
    if (this.#bytes > 0) await this.#until(0)
  }

  /** Nobody waits any more. */
  stop(): void {
    this.#stopped = true
    this.#look()
  }

  #until(below: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wait = { below, resolve }
      this.#look()
    })
  }

  #look(): void {
    if (!this.#wait || !(this.#stopped || this.#bytes <= this.#wait.below)) return
    this.#wait.resolve()
    this.#wait = undefined
  }
}
