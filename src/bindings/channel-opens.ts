import { libssh2Error } from '../errors/libssh2-error.ts'
import { LIBSSH2_ERROR_ALLOC, LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import type { OpeningPointer } from '../ffi/exports.ts'
import type { SessionContext } from './session-context.ts'
import { Lane } from './lane.ts'

/** The opening of a channel, with a lane of its own and what libssh2 would keep in the session. */
export interface Opening {
  readonly lane: Lane
  readonly pointer: OpeningPointer
}

/** Openings of one session. Operations of the driver have one each, so that any number is under way at once; other calls cannot be told apart, and have none. */
export class ChannelOpens {
  readonly #calls: SessionContext
  readonly #of = new WeakMap<object, Opening>()

  constructor(calls: SessionContext) {
    this.#calls = calls
  }

  attempt<T>(open: (opening: Opening | undefined) => T): T {
    const { current } = this.#calls.driver
    if (!current || this.#calls.failure) return open(undefined)
    const opening = this.#of.get(current) ?? this.#new(current)
    let over = true
    try {
      const result = open(opening)
      over = result !== LIBSSH2_ERROR_EAGAIN as unknown
      return result
    } finally {
      if (over) this.#drop(current, opening)
    }
  }

  #new(operation: object): Opening {
    const pointer = this.#calls.plain((c, session) => c._glue_opening_new(session))
    if (pointer === 0) throw libssh2Error(LIBSSH2_ERROR_ALLOC)
    const opening = { lane: new Lane(), pointer }
    this.#of.set(operation, opening)
    return opening
  }

  /** The memory of a session that has ended goes with it. */
  #drop(operation: object, { pointer }: Opening): void {
    this.#of.delete(operation)
    const { failure, handle } = this.#calls
    if (!failure && !handle.freed) this.#calls.plain((c, session) => c._glue_opening_free(session, pointer))
  }
}
