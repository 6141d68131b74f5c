import type { Channel } from '../bindings/channel/channel.ts'
import type { RoundTrip } from './round-trip.ts'

/** Bytes that a channel may hold unread at most: 100 ms at 1.3 Gbit/s. */
const LARGEST = 16 << 20
/**
 * Milliseconds. Nearer servers fill a link of 1.1 Gbit/s with what libssh2 begins with, 2 MiB, and on a busy machine one on it may seem almost as far.
 * OpenSSH gets slower with more: what the socket does not take it reads ahead as far as the window goes, into memory that it allocates anew and
 * copies whole for each 32 KiB.
 */
const NEAR = 15

/**
 * The receive window of a channel, as large as the link needs: one that is read empty in less than two round trips is what holds up
 * the server, and is doubled. What nobody reads does not make it grow.
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

  /** So many bytes have been read. */
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
