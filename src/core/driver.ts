import { LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'

/** What a call of the bindings gives while it would block: the number itself, or a tuple that begins with it. */
export type Again = typeof LIBSSH2_ERROR_EAGAIN

/** What the driver drives: one session. */
export interface Driven {
  /** Bytes that RECV has taken so far. */
  taken(): number
  /** Takes in what has arrived while nobody waits (law 8). Never throws. */
  service(): void
  /** Sends what the calls have queued. */
  flush(): void
}

export interface RunOptions<T> {
  readonly signal?: AbortSignal | undefined
  /** Gets the result of an operation whose caller has gone (law 7), to close what it made. */
  readonly discard?: ((late: T) => void) | undefined
}

/** What a repeated call keeps between its attempts; the bindings find it at `Driver.current`. */
export interface Attempt {
  /** Bytes of a `write` that are already on their way. */
  written: number
}

interface Operation extends Attempt {
  /** True once settled. */
  attempt(): boolean
}

/**
 * EAGAIN becomes a Promise here, and nowhere else.
 * One loop per session repeats every pending operation until nothing moves any more: a call may take bytes that another one waits for (law 2).
 */
export class Driver {
  readonly #driven: Driven
  readonly #pending = new Set<Operation>()
  #waiters: (() => void)[] = []
  #turning = false
  #scheduled = false
  #seen = 0
  #released = false
  #current: Attempt | undefined

  constructor(driven: Driven) {
    this.#driven = driven
  }

  /** The operation that is being attempted, while one is. */
  get current(): Attempt | undefined {
    return this.#current
  }

  /** Operations not settled yet, orphans included. */
  get pending(): number {
    return this.#pending.size
  }

  /**
   * Repeats `attempt` until it no longer says EAGAIN. An abort rejects at once with `signal.reason`;
   * the operation goes on as an orphan, because libssh2 cannot drop one half way.
   */
  run<T>(attempt: () => T, options: RunOptions<Exclude<T, Again>> = {}): Promise<Exclude<T, Again>> {
    return new Promise((resolve, reject) => {
      const { signal, discard } = options
      if (signal?.aborted) return reject(signal.reason)
      let orphan = false
      const onAbort = () => {
        orphan = true
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const operation: Operation = {
        written: 0,
        attempt: () => {
          try {
            const result = attempt()
            if (isAgain(result)) return false
            if (orphan) discard?.(result as Exclude<T, Again>)
            else resolve(result as Exclude<T, Again>)
          } catch (error) {
            if (!orphan) reject(error)
          }
          signal?.removeEventListener('abort', onAbort)
          return true
        },
      }
      this.#pending.add(operation)
      this.turn()
    })
  }

  /** Resolves when it makes sense to repeat a call that said EAGAIN. */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        this.#waiters = this.#waiters.filter((waiter) => waiter !== wake)
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiters.push(wake)
    })
  }

  /** Something happened outside: bytes, a drained queue, an answer, a timer. */
  wake(): void {
    this.#released = true
    this.turn()
  }

  /** A lane is free again: who was held up by it may go on. */
  release(): void {
    this.#released = true
  }

  /** After each call from outside the loop: sends its output, and wakes the others if it took bytes or freed a lane. */
  touched(): void {
    if (this.#turning || this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      if (this.#moved()) this.wake()
      else this.#driven.flush()
    })
  }

  /** True if bytes were taken or a lane was freed since the last time. */
  #moved(): boolean {
    const taken = this.#driven.taken()
    const moved = this.#released || taken !== this.#seen
    this.#seen = taken
    this.#released = false
    return moved
  }

  /** The loop. Servicing comes first: then the operations find all that has arrived, and one pass is mostly enough. */
  turn(): void {
    if (this.#turning) return
    this.#turning = true
    let moved = false
    let again = false
    try {
      do {
        this.#driven.service()
        moved = this.#moved() || moved
        for (const operation of this.#pending) {
          this.#current = operation
          if (operation.attempt()) {
            this.#pending.delete(operation)
            this.#released = true
          }
        }
        this.#current = undefined
        again = this.#moved()
        moved ||= again
      } while (again)
      this.#driven.flush()
    } finally {
      this.#current = undefined
      this.#turning = false
    }
    if (moved) this.#wakeWaiters()
  }

  #wakeWaiters(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter()
  }
}

function isAgain(result: unknown): boolean {
  return result === LIBSSH2_ERROR_EAGAIN || (Array.isArray(result) && result[0] === LIBSSH2_ERROR_EAGAIN)
}
