import type { Channel } from '../bindings/channel/channel.ts'
import type { RoundTrip } from './round-trip.ts'

/** The most bytes that a channel may hold unread: 100 ms at 1.3 Gbit/s. */
const LARGEST = 16 << 20
/**
 * Milliseconds. libssh2's initial window of 2 MiB lets a nearer server fill a link of 1.1 Gbit/s; and on a busy machine even a local server may seem
 * almost this far. A larger window slows OpenSSH down: it reads ahead what the socket does not accept, as far as the window allows, into memory that
 * it reallocates and copies completely for each 32 KiB.
 */
const NEAR = 15

/**
 * The receive window of a channel, as large as the link needs. A window that is used up in less than two round trips limits
 * the server, so it is doubled. Unread data does not make it grow.
 */
export class ReceiveWindow {
  readonly #channel: Channel
  readonly #roundTrip: number
  #size: number
  #read = 0
  #since = performance.now()

  constructor(channel: Channel, { fastest }: RoundTrip) {
    this.#channel = channel
    this.#roundTrip = fastest
    this.#size = channel.windowReadEx().windowSizeInitial
  }

  /** Records that the caller has read so many bytes. */
  taken(bytes: number): void {
    this.#read += bytes
    if (this.#read < this.#size || this.#roundTrip < NEAR) return
    const now = performance.now()
    if (this.#size < LARGEST && now - this.#since < 2 * this.#roundTrip) {
      this.#size = Math.min(LARGEST, 2 * this.#size)
      this.#channel.receiveWindowSize(this.#size)
    }
    this.#read = 0
    this.#since = now
  }
}
