import { Step } from '../../core/lane.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import type { ChannelPointer, WasmExports } from '../../ffi/exports.gen.ts'
import { HOST_TEXT_PACKET } from '../../ffi/host.gen.ts'
import { Unwritten } from '../../wire-format/unwritten.ts'
import { CONTEXT, type Way } from '../session-context.ts'
import type { ChannelCalls } from './calls.ts'
import type { Channel } from './channel.ts'

/** Nothing is kept from attempt to attempt but what is here. */
const WRITE: Way = {}
const NOTHING = new Unwritten([])

/** What a feed writes. */
export interface FeedQueue {
  /** Called when everything before has been written. @returns what follows, which must not change until it has been written, or `copy` has been called; `undefined` if there is nothing at present */
  next(): readonly Uint8Array[] | undefined
  /** Nothing that `next` returned before is written any more. @param error a `ChannelError` has `bytesWritten`, of what `next` returned last. */
  failed(error: unknown): void
}

/**
 * Writes a queue into a channel, as fast as the peer's window and the transport take it. Unlike with `Channel.write`, nobody asks for the progress of each call,
 * so it costs no operation and no promise.
 */
export class ChannelFeed {
  readonly #calls: ChannelCalls
  readonly #queue: FeedQueue
  /** Holds the lane while libssh2 has a packet that it has not sent. */
  readonly #packet: Step
  /** What the queue has given last. */
  #text = NOTHING
  /** Bytes of it that have been written. */
  #written = 0

  constructor(channel: Channel, queue: FeedQueue) {
    this.#calls = channel[CONTEXT]
    this.#queue = queue
    this.#packet = new Step(this.#calls.writing, [])
  }

  /** There is something to write. */
  start(): void {
    this.#calls.context.driver.feed(this.#feed)
  }

  /** Forgets what the queue has given. */
  drop(): void {
    const { context, handle, writing } = this.#calls
    if (writing.release(this.#packet)) {
      if (!handle.freed && !context.failure) this.#calls.plain((c, channel) => c.glue_channel_write_forget(channel))
      context.driver.release()
    }
    this.#text = NOTHING
    this.#written = 0
  }

  /** What the queue has given may change from now on: the rest of it is copied. */
  copy(): void {
    this.#text.keep()
  }

  /** @returns whether it has nothing to do at present */
  readonly #feed = (): boolean => {
    const calls = this.#calls
    const { context, writing } = calls
    let pending = 0
    try {
      calls.needPeer()
      // Whoever holds the lane may never come back.
      if (context.failure) throw context.failure
      if (!writing.admits(this.#packet)) return false
      const rc = calls.call(WRITE, this.#write)
      if (rc === LIBSSH2_ERROR_EAGAIN) pending = calls.plain((c, channel) => c.glue_channel_write_pending(channel))
      return rc !== LIBSSH2_ERROR_EAGAIN
    } catch (error) {
      if (error instanceof SSHError) error.bytesWritten = this.#written
      this.drop()
      this.#queue.failed(error)
      // What begins because of that gets its first attempt.
      context.driver.release()
      return true
    } finally {
      context.outgoing.text = undefined
      if (pending) writing.hold(this.#packet)
      else if (writing.release(this.#packet)) context.driver.release()
    }
  }

  /** As many packets as the peer and the transport take. @returns 0 if nothing is left */
  readonly #write = (c: WasmExports, channel: ChannelPointer): number => {
    const { heap, outgoing, wire } = this.#calls.context
    const buffer = heap.scratch(HOST_TEXT_PACKET)
    while (this.#more()) {
      if (wire.congested) return LIBSSH2_ERROR_EAGAIN
      const text = this.#text
      if (!text.whole) throw transferred()
      outgoing.text = text
      const count = c.glue_channel_write(channel, 0, buffer, text.left, wire.room)
      if (count === LIBSSH2_ERROR_EAGAIN) return count
      const written = c.glue_channel_written(channel)
      this.#written += written
      text.advance(written)
      if (count < 0) return count
    }
    return 0
  }

  #more(): boolean {
    while (this.#text.left === 0) {
      const parts = this.#queue.next()
      this.#written = 0
      this.#text = parts ? new Unwritten(parts) : NOTHING
      if (!parts) return false
    }
    return true
  }
}

/** Its bytes would be skipped without a word, and what follows would stand in their place. */
const transferred = () => new TypeError('the memory of a write has been transferred before all of it was written')
