import { Step } from '../../core/lane.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import type { ChannelPointer, WasmExports } from '../../ffi/exports.gen.ts'
import { copyBytes, sizeOf } from '../../wire-format/bytes.ts'
import { CONTEXT, type Way } from '../session-context.ts'
import type { ChannelCalls } from './calls.ts'
import type { Channel } from './channel.ts'
import { LARGEST_WRITE } from './writer.ts'

/** Nothing is kept from attempt to attempt but what is here. */
const WRITE: Way = {}

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
  /** What the queue has given, which of them is next, and where in it. */
  #parts: readonly Uint8Array[] = []
  #part = 0
  #at = 0
  /** Bytes of them that have been written, and that have not. */
  #written = 0
  #left = 0
  /** What C gets next: the same bytes until it takes some of them. */
  #text: Uint8Array | undefined
  /** Where small parts are gathered. */
  #gathered: Uint8Array | undefined

  constructor(channel: Channel, queue: FeedQueue) {
    this.#calls = channel[CONTEXT]
    this.#queue = queue
    this.#packet = new Step(this.#calls.writing, [])
  }

  /** There is something to write. */
  start(): void {
    this.#calls.context.driver.feed(this.#feed)
  }

  /** Forgets what the queue has given. Only a packet that libssh2 has made is sent. */
  drop(): void {
    this.#parts = []
    this.#part = this.#at = this.#written = this.#left = 0
    if (this.#calls.writing.holder !== this.#packet) this.#text = undefined
  }

  /** What the queue has given may change from now on: the rest of it is copied. */
  copy(): void {
    if (this.#text) this.#text = copyBytes(this.#text)
    this.#parts = this.#parts.map((part, at) => at < this.#part ? part : copyBytes(part))
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
      this.#text = undefined
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

  /** Packet by packet, in one call. @returns 0 if nothing is left */
  readonly #write = (c: WasmExports, channel: ChannelPointer): number => {
    const { heap, outgoing, wire } = this.#calls.context
    const buffer = heap.scratch(LARGEST_WRITE)
    for (let text = this.#next(); text; text = this.#next()) {
      if (wire.congested) return LIBSSH2_ERROR_EAGAIN
      outgoing.text = text
      const count = c.glue_channel_write(channel, 0, buffer, text.length)
      if (count < 0) return count
      this.#text = undefined
      this.#advance(count)
    }
    return 0
  }

  #next(): Uint8Array | undefined {
    if (!this.#text) {
      while (this.#left === 0) {
        this.drop()
        const parts = this.#queue.next()
        if (!parts) return undefined
        this.#parts = parts
        this.#left = sizeOf(parts)
      }
      this.#text = this.#cut()
    }
    if (this.#text.length === 0) throw transferred()
    return this.#text
  }

  /** What one packet holds, from where the last one ended, which may have been shorter than its text: a view of a large part, or of the last one; small ones are gathered. */
  #cut(): Uint8Array {
    this.#advance(0)
    if (sizeOf(this.#parts.slice(this.#part)) - this.#at !== this.#left) throw transferred()
    const view = (this.#parts[this.#part] as Uint8Array).subarray(this.#at, this.#at + LARGEST_WRITE)
    return view.length === LARGEST_WRITE || this.#part + 1 === this.#parts.length ? view : this.#gather()
  }

  #gather(): Uint8Array {
    const gathered = this.#gathered ??= new Uint8Array(LARGEST_WRITE)
    let filled = 0
    for (let at = this.#at, part = this.#part; filled < LARGEST_WRITE && part < this.#parts.length; at = 0, part++) {
      const bytes = (this.#parts[part] as Uint8Array).subarray(at, at + LARGEST_WRITE - filled)
      gathered.set(bytes, filled)
      filled += bytes.length
    }
    return gathered.subarray(0, filled)
  }

  /** So many bytes more have been written. */
  #advance(count: number): void {
    if (this.#left === 0) return
    this.#written += count
    this.#left -= count
    this.#at += count
    for (let part = this.#parts[this.#part]; part && this.#at >= part.length; part = this.#parts[++this.#part]) this.#at -= part.length
  }
}

/** Its bytes would be skipped without a word, and what follows would stand in their place. */
const transferred = () => new TypeError('the memory of a write has been transferred before all of it was written')
