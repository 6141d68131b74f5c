import { Readable } from 'node:stream'
import { pushAll } from './push-all.ts'

/** A command's stderr. If it is unread, it does not hold back the `close` of its channel. */
export class Stderr extends Readable {
  readonly #readNext: (done: (parts: readonly Uint8Array[]) => void) => void
  #reading = false

  /** @param readNext calls back with the next data, and with nothing at the end */
  constructor(readNext: (done: (parts: readonly Uint8Array[]) => void) => void) {
    super({ highWaterMark: 2 << 20, emitClose: false, autoDestroy: false })
    this.#readNext = readNext
  }

  override _read(): void {
    if (this.#reading) return
    this.#reading = true
    this.#readNext((parts) => {
      this.#reading = false
      if (parts.length > 0) pushAll(this, parts)
      else this.push(null)
    })
  }

  /** Its own `close` follows its `end`. */
  channelClosed(): void {
    const close = () => { this.emit('close') }
    if (this.readableEnded) close()
    else this.once('end', close)
  }
}
