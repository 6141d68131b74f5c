/// How large a DATA frame may be on this link: a large one costs less, but delays everything behind it. For any runtime, on both sides.

/** Milliseconds that one frame may take: the other side expects a sign of life every second and a half. */
const MOST_TIME = 250
/** Milliseconds over which the rate is measured. */
const SPAN = 200
const SMALLEST = 16 << 10

/**
 * Bytes after which a side acknowledges at once what it has passed on: each ACK is a message, and costs like one.
 * @param limits bytes: `frame`, most of a DATA frame; `window`, most that may be without an ACK
 */
export function ackAfter(limits: { readonly frame: number, readonly window: number }): number {
  const { frame, window } = limits
  return Math.min(window / 8, Math.max(2 * frame, 64 << 10))
}

/** Follows the rate at which a link acknowledges. */
export class FrameSize {
  readonly #most: number
  #size: number
  #since: number | undefined
  #from = 0

  constructor(most: number) {
    this.#most = most
    this.#size = Math.min(most, 64 << 10)
  }

  /** The most bytes of the next DATA frame. */
  get size(): number {
    return this.#size
  }

  /** An ACK has arrived. @param position its position. @param busy more data waits for its ACK: only then is the rate that of the link. */
  acked(position: number, busy: boolean, now: number): void {
    if (!busy) {
      this.#since = undefined
      return
    }
    if (this.#since === undefined || position < this.#from) {
      this.#since = now
      this.#from = position
      return
    }
    const time = now - this.#since
    if (time < SPAN) return
    const rate = (position - this.#from) / time
    this.#size = Math.max(Math.min(SMALLEST, this.#most), Math.min(this.#most, rate * MOST_TIME) & ~1023)
    this.#since = now
    this.#from = position
  }
}
