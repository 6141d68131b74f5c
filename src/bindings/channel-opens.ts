import { Lane, type Step } from '../core/lane.ts'
import { libssh2Error } from '../errors/libssh2-error.ts'
import { LIBSSH2_ERROR_ALLOC, LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import type { Bytes, OpeningPointer } from '../ffi/exports.gen.ts'
import { OPENING_HEAD } from '../ffi/layouts.gen.ts'
import type { SessionContext } from './session-context.ts'
import { endOf } from './sources.ts'

/** Channels that operations of the driver open. Each keeps for itself the state that libssh2 would keep in the session, so any number can be opened at once. */
export class ChannelOpens {
  readonly #context: SessionContext
  /** Tells calls apart by their arguments and their operation; it is never held. */
  readonly lane = new Lane()
  readonly #openings = new WeakMap<Step, OpeningPointer>()

  constructor(context: SessionContext) {
    this.#context = context
  }

  /** One attempt at the opening that `step` stands for. */
  attempt<T>(step: Step, open: (opening: OpeningPointer) => T): T {
    if (step.outcome) return step.recall()
    const opening = this.#openings.get(step) ?? this.#new(step)
    step.resume ??= () => this.attempt(step, open)
    let over = true
    try {
      const result = open(opening)
      over = result !== LIBSSH2_ERROR_EAGAIN as unknown
      if (!over) this.#context.driver.current?.waitsFor(endOf(this.#context.heap.u32(opening as number + OPENING_HEAD.number as Bytes)))
      return result
    } finally {
      if (over) this.#drop(step, opening)
    }
  }

  #new(step: Step): OpeningPointer {
    const opening = this.#context.plain((c, session) => c.glue_opening_new(session))
    if (opening === 0) throw libssh2Error(LIBSSH2_ERROR_ALLOC)
    this.#openings.set(step, opening)
    step.seenThrough = true
    return opening
  }

  /** The memory of a session that has ended is freed with it. */
  #drop(step: Step, opening: OpeningPointer): void {
    this.#openings.delete(step)
    const { failure, handle } = this.#context
    if (!failure && !handle.freed) this.#context.plain((c, session) => c.glue_opening_free(session, opening))
  }
}
