import { onAbort } from '../abort/on-abort.ts'
import { type Again, Operation } from './operation.ts'
import { inAnotherTurn } from './turn.ts'
import { Waits } from './waits.ts'

/** The queues of one session, which the driver drives. */
export interface DrivenWire {
  /** Bytes that RECV has taken so far. */
  readonly bytesRead: number
  /** Sends what the calls have queued. */
  flush(): void
}

/** Options of an operation. */
export interface RunOptions<T> {
  readonly signal?: AbortSignal | undefined
  /** Gets the result of an operation whose caller has gone (law 7), to close the object it made. */
  readonly discard?: ((late: T) => void) | undefined
}

/** Its `then` is a microtask too, and costs a tenth of `queueMicrotask`, for which runtimes leave JavaScript. */
const soon = Promise.resolve()

/** `Driver.markReady` of every channel. */
export const ALL = -1

/**
 * Turns EAGAIN into a Promise; nothing else does.
 * One loop per session repeats every pending operation until nothing moves any more: a call may take bytes that another one waits for (law 2).
 * Operations that wait for a channel are parked until something has arrived for it, so idle channels cost nothing, however many there are.
 */
export class Driver {
  readonly #wire: DrivenWire
  readonly #service: () => void
  #pending = new Set<Operation>()
  readonly #parked = new Map<number, Set<Operation>>()
  /** Numbers of channels are used again, so ended watches are few. */
  readonly #watches = new Map<number, (() => void) | undefined>()
  readonly #feeds = new Set<() => boolean>()
  #ready = new Set<number>()
  #lastNumber = 0
  readonly #waits = new Waits()
  #pumping = false
  #scheduled = false
  #seen = 0
  #released = false
  /** An operation has begun in this turn. */
  #begun = false
  /** Something may be queued that nothing has sent yet. */
  #held = false
  #current: Operation | undefined
  /** How often a slice was requested in this turn of the event loop. */
  #slices = 0

  /** @param service processes data that has arrived while nobody waits (law 8). It never throws. */
  constructor(wire: DrivenWire, service: () => void) {
    this.#wire = wire
    this.#service = service
  }

  /** The operation that is being attempted, if any. */
  get current(): Operation | undefined {
    return this.#current
  }

  /** Operations that have not settled yet, detached ones included. */
  get pending(): number {
    let count = this.#pending.size
    for (const operations of this.#parked.values()) count += operations.size
    return count
  }

  /**
   * Repeats `attempt` until it no longer returns EAGAIN. An abort rejects at once with `signal.reason`.
   * If libssh2 is in the middle of the call, the operation continues, detached from its caller; otherwise it is dropped, so that an aborted read
   * takes no data.
   */
  run<T>(attempt: () => T, options: RunOptions<Exclude<T, Again>> = {}): Promise<Exclude<T, Again>> {
    return new Promise((resolve, reject) => {
      const { signal, discard } = options
      if (signal?.aborted) return reject(signal.reason)
      const stopListening = onAbort(signal, () => {
        operation.detached = true
        if (!operation.midway) this.#drop(operation)
        reject(signal?.reason)
      })
      const operation: Operation = new Operation(++this.#lastNumber, attempt, {
        resolve: (result) => {
          stopListening()
          resolve(result)
        },
        reject: (reason) => {
          stopListening()
          reject(reason)
        },
        discard,
      }) as Operation
      this.#pending.add(operation)
      this.#begin(operation)
    })
  }

  /**
   * Calls `look` whenever something has arrived for a source, or for all, as often as that happens: for streams, where an operation for each packet would cost more
   * than the packet. `look` must not throw. Without it, the watch of that source ends.
   */
  watch(source: number, look?: () => void): void {
    this.#watches.set(source, look)
  }

  /**
   * Calls `feed` now and in every pass of the loop, until it returns true: for writes that go on as the window and the transport allow, where an operation for each
   * would cost more than the write. It must not throw.
   */
  feed(feed: () => boolean): void {
    this.#feeds.add(feed)
    this.#begin()
  }

  /** The first attempt, at once. What the first operation of a turn sends goes out at once too; what others send in the same turn goes out together, at its end. */
  #begin(operation?: Operation): void {
    const first = !this.#begun
    if (first) {
      this.#begun = true
      void soon.then(() => {
        this.#begun = false
        if (this.#held) this.#flush()
      })
    }
    this.pump(operation, !first)
  }

  #flush(): void {
    this.#held = false
    this.#wire.flush()
  }

  #drop(operation: Operation): void {
    this.#pending.delete(operation)
    for (const operations of this.#parked.values()) operations.delete(operation)
  }

  /** Something has arrived for a channel, or for `ALL`: operations that wait for it are worth another attempt. */
  markReady(source: number): void {
    this.#ready.add(source)
  }

  /** Schedules operations whose channel is ready, and has its watchers look. */
  #unpark(): void {
    const sources = this.#ready
    if (sources.size === 0) return
    this.#ready = new Set()
    if (sources.has(ALL)) for (const source of [...this.#parked.keys(), ...this.#watches.keys()]) sources.add(source)
    let woken = false
    sources.forEach((source) => {
      this.#parked.get(source)?.forEach((operation) => this.#pending.add(operation))
      if (this.#parked.delete(source)) woken = true
      this.#watches.get(source)?.()
    })
    if (woken) this.#pending = new Set([...this.#pending].sort((a, b) => a.number - b.number))
  }

  #someReady(): boolean {
    if (this.#ready.has(ALL)) return true
    for (const source of this.#ready) if (this.#parked.has(source) || this.#watches.get(source)) return true
    return false
  }

  #park(operation: Operation, source: number): void {
    this.#pending.delete(operation)
    const operations = this.#parked.get(source)
    if (operations) operations.add(operation)
    else this.#parked.set(source, new Set([operation]))
  }

  /** A call returned EAGAIN: if it came from outside the loop, its caller will wait. @param on the object of the call: a lane, a channel, … */
  blocked(on: unknown, call: readonly unknown[]): void {
    if (!this.#pumping) this.#waits.blocked(on, call)
  }

  /** A call is over: its caller, if it came from outside the loop, no longer waits. */
  over(on: unknown, call: readonly unknown[]): void {
    if (!this.#pumping) this.#waits.over(on, call)
  }

  /** No more calls are made on this object. */
  gone(on: unknown): void {
    this.#waits.gone(on)
  }

  /** Resolves when it makes sense to repeat a call that returned EAGAIN: at once, if something has moved since its caller made it, whoever else has called since. */
  wait(signal?: AbortSignal): Promise<void> {
    return this.#waits.wait(signal)
  }

  /** Something happened outside: a drained queue, an answer, a timer. */
  wake(): void {
    this.markReady(ALL)
    this.arrived()
  }

  /** Bytes have arrived: C says which channel they are for. */
  arrived(): void {
    this.#waits.moved()
    this.#released = true
    this.pump()
  }

  /**
   * Whether a long computation of C may continue: one slice per turn of the event loop, however many operations ask, so that everything else there
   * gets a turn in between. An operation that is refused is attempted again in the next turn.
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

  /** A lane is free again: the operations that waited for it may continue. They are never parked. */
  release(): void {
    this.#released = true
  }

  /** The session has ended: every operation is over. */
  releaseAll(): void {
    this.markReady(ALL)
    this.release()
  }

  /** After each call from outside the loop: sends its output, and wakes the others if it took bytes or freed a lane. */
  afterDirectCall(): void {
    if (this.#pumping || this.#scheduled) return
    this.#scheduled = true
    void soon.then(() => {
      this.#scheduled = false
      if (this.#moved() || this.#someReady()) this.arrived()
      else this.#flush()
    })
  }

  /** True if bytes were taken or a lane was freed since the last time. */
  #moved(): boolean {
    const taken = this.#wire.bytesRead
    const moved = this.#released || taken !== this.#seen
    this.#seen = taken
    this.#released = false
    return moved
  }

  /**
   * The loop. Servicing comes first: then the operations find everything that has arrived, and one pass is usually enough.
   * @param begun a new operation: while nothing has moved, only this one can get further. @param hold what is sent goes out at the end of the turn
   */
  pump(begun?: Operation, hold = this.#begun): void {
    if (this.#pumping) return
    this.#pumping = true
    let moved = false
    let again = false
    try {
      do {
        this.#service()
        again = this.#moved()
        moved ||= again
        const alone = begun && !again && !this.#someReady()
        this.#unpark()
        if (alone) this.#attempt(begun as Operation)
        else this.#pending.forEach(this.#attempt, this)
        begun = undefined
        this.#current = undefined
        this.#feeds.forEach((feed) => feed() && this.#feeds.delete(feed))
        // A transport may answer synchronously, during the write.
        if (hold) this.#held = true
        else this.#flush()
        again = this.#moved()
        moved ||= again
        again ||= this.#someReady()
      } while (again)
    } finally {
      this.#current = undefined
      this.#pumping = false
    }
    if (moved) this.#waits.wake()
  }

  #attempt(operation: Operation): void {
    this.#current = operation
    if (operation.attempt()) {
      this.#pending.delete(operation)
      // Those that are parked wait for packets, which C reports, whoever made it read them; for their own channel to be closed here; or for the end of the session.
      this.#released = true
      if (operation.source !== undefined) this.markReady(operation.source)
    } else if (operation.source !== undefined) this.#park(operation, operation.source)
  }
}
