/** The state of one call of C that is kept from one attempt to the next, until the call is over. */
export class Step {
  /** The lane that this call waits for and holds; calls of different lanes are different calls. */
  readonly lane: Lane | undefined
  /** The function and its arguments: equal ones are the same call. */
  call: readonly unknown[]
  /** Bytes of a write that have already been sent. */
  written = 0
  /** How many of them the function has been told: it may go on with the rest. */
  told = 0
  /** What libssh2 has made a packet of and not sent: the next attempt must begin with the same. */
  begun: Uint8Array | undefined
  /** The result of the call, once it is over. */
  outcome: { readonly value?: unknown, readonly error?: { readonly reason: unknown } } | undefined
  /** Makes the next attempt at this call, for code that cannot wait until its caller does. */
  resume: (() => unknown) | undefined
  /** The call must be repeated to its end even if nobody waits for it, because its result has to be closed. */
  seenThrough = false
  /** The attempt of its operation that last made this call. */
  attempt = 0
  /** The operation that this call belongs to; `undefined` for a call from outside the driver. */
  owner: object | undefined

  constructor(lane: Lane | undefined, call: readonly unknown[]) {
    this.lane = lane
    this.call = call
  }

  is(lane: Lane | undefined, call: readonly unknown[]): boolean {
    return this.lane === lane && isSameCall(this.call, call)
  }

  /** True while libssh2 is in the middle of this call, which must then be repeated to its end even if nobody waits for it (law 7). */
  get midway(): boolean {
    return !this.outcome && (this.seenThrough || this.lane?.holder === this)
  }

  /** Returns the result again, or throws the error again. */
  recall<T>(): T {
    if (this.outcome?.error) throw this.outcome.error.reason
    return this.outcome?.value as T
  }
}

/**
 * One call in flight at a time (laws 4 to 6): while a call of the lane has returned EAGAIN, only that call gets through to C,
 * and every other one gets EAGAIN without touching libssh2's state.
 */
export class Lane {
  #holder: Step | undefined

  /** The call that libssh2 is in the middle of. */
  get holder(): Step | undefined {
    return this.#holder?.outcome ? undefined : this.#holder
  }

  /** The same call, if it was begun outside the driver and its caller repeats it. */
  begun(call: readonly unknown[]): Step | undefined {
    const { holder } = this
    return holder && !holder.owner && holder.is(this, call) ? holder : undefined
  }

  admits(step: Step): boolean {
    const { holder } = this
    return holder === undefined || holder === step
  }

  hold(step: Step): void {
    this.#holder = step
  }

  /** True if that freed the lane. */
  release(step: Step): boolean {
    if (this.#holder !== step) return false
    this.#holder = undefined
    return true
  }
}

/** Whether both are the same function with the same arguments. */
export function isSameCall(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((value, at) => isSame(value, b[at])))
}

/** Bytes that are compared at either end of an argument. */
const LOOKED_AT = 1024

/** Bytes are compared by content, since callers create them anew for each attempt. For long ones the two ends are enough, together with their place among the calls. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false
  return startsAlike(a, b) && startsAlike(a.subarray(-LOOKED_AT), b.subarray(-LOOKED_AT))
}

function startsAlike(a: Uint8Array, b: Uint8Array): boolean {
  for (let at = 0; at < a.length && at < LOOKED_AT; at++) if (a[at] !== b[at]) return false
  return true
}
