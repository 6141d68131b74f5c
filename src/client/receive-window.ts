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
 * For a nearby server whose data arrives at `FAST` bytes a millisecond or more: it sends for more than two milliseconds without an adjustment, so a Node socket can rest for one
 * (`read-buffer.ts`). On a slower link a larger window would only make what is typed meanwhile wait behind more data.
 */
const NEARBY = 4 << 20
const FAST = 100e3
/** What the windows of a nearby server's channels may be together, if there are so many that each gets less than that; and the least for each. */
const SHARED = 16 << 20
const LEAST_SHARE = 768 << 10

/**
 * The receive window of a channel, as large as the link needs. A window that is used up in less than two round trips limits
 * the server, so it is doubled. Unread data does not make it grow. Many channels to a nearby server have smaller ones: it reads ahead for each of them, which costs
 * OpenSSH more than to send the data.
 */
export class ReceiveWindow {
  readonly #channel: Channel
  readonly #link: RoundTrip
  readonly #roundTrip: number
  #initial = 0
  #size = 0
  #read = 0
  #since = performance.now()
  #open = true

  constructor(channel: Channel, link: RoundTrip) {
    this.#channel = channel
    this.#link = link
    this.#roundTrip = link.fastest
    link.channels += 1
  }

  /** Records that the caller has read so many bytes. */
  taken(bytes: number): void {
    this.#read += bytes
    // Most commands say less. No window is smaller than that.
    if (this.#read < LEAST_SHARE / 4) return
    this.#initial ||= this.#size = this.#channel.windowReadEx().windowSizeInitial
    if (this.#roundTrip < NEAR) this.#share()
    else this.#grow()
  }

  /** Before the window is refilled, at half its size. */
  #share(): void {
    if (4 * this.#read < this.#size) return
    const now = performance.now()
    const most = this.#read >= FAST * (now - this.#since) ? NEARBY : this.#initial
    this.#read = 0
    this.#since = now
    this.#set(Math.min(most, Math.max(LEAST_SHARE, Math.floor(SHARED / this.#link.channels))))
  }

  #grow(): void {
    if (this.#read < this.#size) return
    const now = performance.now()
    if (this.#size < LARGEST && now - this.#since < 2 * this.#roundTrip) this.#set(Math.min(LARGEST, 2 * this.#size))
    this.#read = 0
    this.#since = now
  }

  #set(size: number): void {
    if (size === this.#size) return
    this.#size = size
    this.#channel.receiveWindowSize(size)
  }

  /** The channel is over. */
  end(): void {
    if (this.#open) this.#link.channels -= 1
    this.#open = false
  }
}
