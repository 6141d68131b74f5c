import { onAbort } from '../abort/on-abort.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import { inAnotherTurn } from './turn.ts'

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
  /** Calls of C in this attempt, and the channel that the only one was about, by number. */
  calls: number
  source?: number | undefined
  /** Whether libssh2 stands in the middle of the call now, and must be brought to its end whoever waits for it (law 7). */
  midway?: (() => boolean) | undefined
}

interface Operation extends Attempt {
  /** Counts the operations: what was asked for first is served first. */
  readonly number: number
  /** True once settled, or not wanted any more. */
  attempt(): boolean
}

/** `Driver.news` of everybody. */
export const ALL = -1

/**
 * EAGAIN becomes a Promise here, and nowhere else.
 * One loop per session repeats every pending operation until nothing moves any more: a call may take bytes that another one waits for (law 2).
 * Operations that wait for a channel are parked until there is news of it: idle channels cost nothing, however many there are.
 */
export class Driver {
  readonly #driven: Driven
  #pending = new Set<Operation>()
  readonly #parked = new Map<number, Set<Operation>>()
  readonly #news = new Set<number>()
  #lastNumber = 0
  #waiters: (() => void)[] = []
  #turning = false
  #scheduled = false
  #seen = 0
  #released = false
  #current: Attempt | undefined
  /** Counts what came from outside; how far that was when a call from outside last said EAGAIN. */
  #moves = 0
  #movesAtAgain = 0
  /** How often a slice was asked for in this turn of the event loop. */
  #slices = 0

  constructor(driven: Driven) {
    this.#driven = driven
  }

  /** The operation that is being attempted, while one is. */
  get current(): Attempt | undefined {
    return this.#current
  }

  /** Operations not settled yet, orphans included. */
  get pending(): number {
    let parked = 0
    for (const operations of this.#parked.values()) parked += operations.size
    return this.#pending.size + parked
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
      const stopListening = onAbort(signal, () => {
        orphan = true
        if (!operation.midway?.()) this.#drop(operation)
        reject(signal?.reason)
      })
      const operation: Operation = {
        number: ++this.#lastNumber,
        written: 0,
        calls: 0,
        attempt: () => {
          try {
            const result = attempt()
            if (isAgain(result)) return orphan && !operation.midway?.()
            if (orphan) discard?.(result as Exclude<T, Again>)
            else resolve(result as Exclude<T, Again>)
          } catch (error) {
            if (!orphan) reject(error)
          }
          stopListening()
          return true
        },
      }
      this.#pending.add(operation)
      this.turn()
    })
  }

  #drop(operation: Operation): void {
    this.#pending.delete(operation)
    for (const operations of this.#parked.values()) operations.delete(operation)
  }

  /** Something has arrived for a channel, or for `ALL`: what waits for it is worth another try. */
  news(source: number): void {
    this.#news.add(source)
  }

  /** What there is news for goes back to where it is attempted. */
  #unpark(): void {
    if (this.#news.size === 0) return
    const woken: Operation[] = []
    for (const source of this.#news.has(ALL) ? this.#parked.keys() : this.#news) {
      woken.push(...this.#parked.get(source) ?? [])
      this.#parked.delete(source)
    }
    this.#news.clear()
    if (woken.length > 0) this.#pending = new Set([...this.#pending, ...woken].sort((a, b) => a.number - b.number))
  }

  #hasNews(): boolean {
    if (this.#parked.size === 0) return false
    if (this.#news.has(ALL)) return true
    for (const source of this.#news) if (this.#parked.has(source)) return true
    return false
  }

  #park(operation: Operation, source: number): void {
    this.#pending.delete(operation)
    const operations = this.#parked.get(source)
    if (operations) operations.add(operation)
    else this.#parked.set(source, new Set([operation]))
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
      const stopListening = onAbort(signal, () => {
        this.#waiters = this.#waiters.filter((waiter) => waiter !== wake)
        reject(signal?.reason)
      })
      const wake = () => {
        stopListening()
        resolve()
      }
      this.#waiters.push(wake)
    })
  }

  /** Something happened outside: a drained queue, an answer, a timer. */
  wake(): void {
    this.news(ALL)
    this.arrived()
  }

  /** Bytes arrived: C says for whom. */
  arrived(): void {
    this.#moves += 1
    this.#released = true
    this.turn()
  }

  /**
   * Whether a long computation of C may go on: one slice in a turn of the event loop, however many operations ask, so that everybody else there gets
   * theirs in between. Who is told no is attempted again in the next turn.
   */
  slice(): boolean {
    if (this.#slices++ > 0) return false
    inAnotherTurn(() => {
      const refused = this.#slices > 1
      this.#slices = 0
      if (refused) this.wake()
    })
    return true
  }

  /** A lane is free again, or the session has ended: who was held up by it may go on. */
  release(): void {
    this.news(ALL)
    this.#released = true
  }

  /** After each call from outside the loop: sends its output, and wakes the others if it took bytes or freed a lane. */
  touched(): void {
    if (this.#turning) return
    this.news(ALL)
    if (this.#scheduled) return
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
        this.#unpark()
        for (const operation of this.#pending) this.#attempt(operation)
        this.#current = undefined
        // A transport may answer at once, while it is written to.
        this.#driven.flush()
        again = this.#moved()
        moved ||= again
        again ||= this.#hasNews()
      } while (again)
    } finally {
      this.#current = undefined
      this.#turning = false
    }
    if (moved) this.#wakeWaiters()
  }

  #attempt(operation: Operation): void {
    operation.calls = 0
    operation.source = undefined
    this.#current = operation
    if (operation.attempt()) {
      this.#pending.delete(operation)
      this.#released = true
      // One that had to do with a channel alone can have changed nothing for the others.
      this.news(operation.source ?? ALL)
    } else if (operation.source !== undefined) this.#park(operation, operation.source)
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
