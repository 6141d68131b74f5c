/** Bytes that one transfer may always have in flight, enough to fill any nearby link. */
const SMALLEST = 2 << 20
/** The upper bound: 100 ms at 1.3 Gbit/s. */
const LARGEST = 16 << 20

/** Bytes in flight in all transfers of an SFTP client, which limits its memory. */
export class TransferBudget {
  used = 0

  /** A transfer with nothing in flight may always send a request. */
  get spent(): boolean {
    return this.used >= LARGEST
  }
}

/**
 * How much a transfer has in flight: twice what the link holds (fastest reply x rate of arrival), so that the link is always full
 * and the rate can still rise, between two bounds.
 */
export class TransferWindow {
  readonly #budget: TransferBudget
  readonly #most: number
  #requests = 0
  #used = 0
  #size = SMALLEST
  #fastest = Infinity
  #arrived = 0
  #since = 0

  /** @param most requests in flight at a time, for servers that accept few. */
  constructor(budget: TransferBudget, most = Infinity) {
    this.#budget = budget
    this.#most = most
  }

  get used(): number {
    return this.#used
  }

  get full(): boolean {
    return this.#requests >= this.#most || (this.#used > 0 && (this.#used >= this.#size || this.#budget.spent))
  }

  /** Counts a request of so many bytes until `settled`, which is given the time that this returns. */
  begin(bytes: number): number {
    const start = performance.now()
    if (this.#used === 0) this.#restart(start)
    this.#add(bytes, 1)
    return start
  }

  settled(bytes: number, start: number): void {
    this.#add(-bytes, -1)
    this.#measure(bytes, start)
  }

  #add(bytes: number, requests: number): void {
    this.#requests += requests
    this.#used += bytes
    this.#budget.used += bytes
  }

  #restart(now: number): void {
    this.#arrived = 0
    this.#since = now
  }

  #measure(bytes: number, start: number): void {
    const now = performance.now()
    this.#fastest = Math.min(this.#fastest, now - start)
    this.#arrived += bytes
    const span = now - this.#since
    if (span < this.#fastest || span === 0) return
    const held = this.#arrived / span * this.#fastest
    this.#size = Math.min(LARGEST, Math.max(SMALLEST, this.#size, 2 * held))
    this.#restart(now)
  }
}
