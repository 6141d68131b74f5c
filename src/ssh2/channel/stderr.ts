import { Readable } from 'node:stream'

/** A command's stderr. If it is unread, it does not hold back the `close` of its channel. */
export class Stderr extends Readable {
  readonly #readNext: (done: (data: Buffer | undefined) => void) => void
  #reading = false

  /** @param readNext calls back with the next data, and with undefined at the end */
  constructor(readNext: (done: (data: Buffer | undefined) => void) => void) {
    super({ highWaterMark: 2 << 20, emitClose: false, autoDestroy: false })
    this.#readNext = readNext
  }

  override _read(): void {
    if (this.#reading) return
    this.#reading = true
    this.#readNext((data) => {
      this.#reading = false
      this.push(data ?? null)
    })
  }

  /** Its own `close` follows its `end`. */
  channelClosed(): void {
    const close = () => { this.emit('close') }
    if (this.readableEnded) close()
    else this.once('end', close)
  }
}
