/**
 * One call in flight at a time (laws 4 to 6): while a call of the lane has said EAGAIN, only that call is let through to C,
 * and every other one is told EAGAIN without touching libssh2's state.
 */
export class Lane {
  #holder: string | undefined

  admits(call: string): boolean {
    return this.#holder === undefined || this.#holder === call
  }

  heldBy(call: string): boolean {
    return this.#holder === call
  }

  hold(call: string): void {
    this.#holder = call
  }

  /** True if that freed the lane. */
  release(call: string): boolean {
    if (this.#holder !== call) return false
    this.#holder = undefined
    return true
  }
}
