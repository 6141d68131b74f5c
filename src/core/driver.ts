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
  /** Whether libssh2 stands in the middle of the call now, and must be brought to its end whoever waits for it (law 7). */
  midway?: (() => boolean) | undefined
}

interface Operation extends Attempt {
  /** True once settled, or not wanted any more. */
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
  /** Counts what came from outside; how far that was when a call from outside last said EAGAIN. */
  #moves = 0
  #movesAtAgain = 0

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
   * Repeats `attempt` until it no longer says EAGAIN. An abort rejects at once with `signal.reason`.
   * Where libssh2 stands in the middle of the call the operation goes on as an orphan; elsewhere it is dropped, so that an aborted read takes no data.
   */
  run<T>(attempt: () => T, options: RunOptions<Exclude<T, Again>> = {}): Promise<Exclude<T, Again>> {
    return new Promise((resolve, reject) => {
      const { signal, discard } = options
      if (signal?.aborted) return reject(signal.reason)
      let orphan = false
      const onAbort = () => {
        orphan = true
        if (!operation.midway?.()) this.#pending.delete(operation)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const operation: Operation = {
        written: 0,
        attempt: () => {
          try {
            const result = attempt()
            if (isAgain(result)) return orphan && !operation.midway?.()
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

  /** A call from outside the loop said EAGAIN: what moves from now on is news to whoever waits next. */
  blocked(): void {
    if (!this.#turning) this.#movesAtAgain = this.#moves
  }

  /** Resolves when it makes sense to repeat a call that said EAGAIN: at once, if something has moved since the last one did. */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (this.#movesAtAgain !== this.#moves) {
        this.#movesAtAgain = this.#moves
        return resolve()
      }
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
    this.#moves += 1
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
        // A transport may answer at once, while it is written to.
        this.#driven.flush()
        again = this.#moved()
        moved ||= again
      } while (again)
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
