import { Lane } from '../../core/lane.ts'
import { libssh2Error } from '../../errors/libssh2-error.ts'
import { LIBSSH2_ERROR_CHANNEL_CLOSED } from '../../ffi/constants.gen.ts'
import type { ChannelPointer, Pointer } from '../../ffi/exports.gen.ts'
import { Handle } from '../../ffi/handle.ts'
import type { Run, SessionContext, Way } from '../session-context.ts'
import { endOf, extendedOf } from '../sources.ts'

/** A call of C on the channel. */
export type ChannelRun<T> = Run<T, ChannelPointer>

/** A call that looks only at what has arrived. */
export const LOCAL: Way = { local: true }
/** More than there are, unless somebody reads streams with numbers that SSH does not have. */
const KEPT_WAYS = 16

/** How every method of one channel calls C: through its handle and its lanes, unless it has been closed. */
export class ChannelCalls {
  readonly context: SessionContext
  readonly handle: Handle<ChannelPointer>
  /** The number by which C reports its packets. */
  readonly number: number
  /** A write that a re-key interrupted between two packets: until it continues, no other write and no EOF may pass it. */
  readonly writing = new Lane()
  /** Requests whose replies libssh2 waits for, one at a time (law 4; patch 0650). */
  readonly requests = new Lane()
  /** Close has been sent, or begun. The peer may not know the channel any more, so a further message for it would end the session. */
  closing = false
  /** Ways by call and stream: some calls are made for each packet, always in the same way. */
  readonly #ways = new Map<string | number, Way>()

  constructor(context: SessionContext, pointer: ChannelPointer, owner: Handle<Pointer>) {
    this.context = context
    this.handle = new Handle('channel', pointer, owner)
    this.number = context.plain((c) => c.glue_channel_number(pointer))
  }

  /**
   * How a call is made that may return EAGAIN and has no step, so that `wait()` recognizes its caller.
   * @param call the function with its arguments; a read by its stream. @param source what it waits for, from the channel's number.
   */
  way(call: string | number, source?: (channel: number) => number): Way {
    const known = this.#ways.get(call)
    if (known) return known
    const way: Way = { local: true, name: [this, call], source: source?.(this.number) }
    if (this.#ways.size < KEPT_WAYS) this.#ways.set(call, way)
    return way
  }

  /** A call that may return EAGAIN. */
  call(way: Way, run: ChannelRun<number>): number {
    return this.context.call(way, run, this.handle.pointer)
  }

  /** A call that neither waits nor fails. */
  plain<T>(run: ChannelRun<T>): T {
    const result = this.context.plain(run, this.handle.pointer)
    this.context.driver.afterDirectCall()
    return result
  }

  needOpen(): void {
    if (this.closing && !this.handle.freed) throw libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED, 'the channel has been closed')
  }

  /** For data: throws when the peer has closed the channel, where libssh2 would wait for a window for ever. */
  needPeer(): void {
    this.needOpen()
    if (this.plain((c, channel) => c.glue_channel_peer_closed(channel))) throw libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED, 'the server has closed the channel')
  }

  /** Calls that wait for packets of this channel are worth another attempt: it has been closed here, or is read in another way. */
  changed(): void {
    for (const source of [this.number, extendedOf(this.number), endOf(this.number)]) this.context.driver.markReady(source)
  }

  /** Forgets the channel, and every wait for it. */
  drop(): void {
    this.changed()
    this.handle.drop()
    for (const on of [this, this.requests, this.writing]) this.context.driver.gone(on)
  }
}
