import { onAbort } from '../abort/on-abort.ts'
import { type Again, CONTEXT, endOf, extendedOf } from '../bindings/session-context.ts'
import type { Channel } from '../bindings/channel/channel.ts'
import { libssh2Error } from '../errors/libssh2-error.ts'
import { LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import { joinSmall } from './join-small.ts'
import type { ReceiveWindow } from './receive-window.ts'

/** The most bytes of one read. */
const CHUNK = 256 << 10

/** A stream of a channel on its way to a reader. */
export interface Flow {
  /** The reader wants more. */
  ask(): void
  /** It wants nothing any more. */
  stop(): void
}

/**
 * A channel as the client's streams share it. It can end in two ways. This side ends it (an abort, `close`): then every pending and later call
 * rejects with the reason. Or the peer sends CLOSE: then C's part is freed, and unread output is kept here.
 */
export class LiveChannel {
  readonly channel: Channel
  /** Resolves when the channel is over, whichever side ended it, or with the session. Never rejects. */
  readonly over: Promise<void>
  readonly #streams: readonly number[]
  readonly #window: ReceiveWindow | undefined
  readonly #end = new AbortController()
  /** Output that nobody had read when the peer closed the channel, by stream. */
  readonly #kept = new Map<number, Uint8Array[]>()
  #freeing: Promise<void> | undefined
  /** What the streams do when something has arrived, by the source that says so. */
  readonly #looks = new Map<number, (atEnd: boolean) => void>()

  /** @param streams the streams that are read: 0, and 1 for stderr. @param first what to wait for before the peer's CLOSE. */
  constructor(channel: Channel, streams: readonly number[], window?: ReceiveWindow, first: (live: LiveChannel) => Promise<unknown> = async () => {}) {
    this.channel = channel
    this.#streams = streams
    this.#window = window
    this.over = this.#watch(first(this))
  }

  async #watch(first: Promise<unknown>): Promise<void> {
    try {
      await first
      await this.complete(() => this.channel.peerClosed())
      this.keepRest()
      void this.free()
    } catch {
      // The session has failed, or this side has ended the channel: pending calls report it.
    }
  }

  /** Takes all unread data out of C. `read` then returns it, and the end after it, even when the session has gone. */
  keepRest(): void {
    for (const stream of this.#streams) if (!this.#kept.has(stream)) this.#kept.set(stream, this.#rest(stream))
  }

  #rest(stream: number): Uint8Array[] {
    const all: Uint8Array[] = []
    try {
      for (;;) {
        const [rc, parts] = this.channel.readParts(CHUNK, stream)
        if (rc <= 0) return all
        all.push(...joinSmall(parts))
      }
    } catch {
      // The session has gone, and no more data has arrived.
      return all
    }
  }

  /** Repeats a call of the channel as `Session.complete` does, until this side ends the channel. */
  complete<T>(call: () => T): Promise<Exclude<T, Again>> {
    return this.channel.session.complete(call, { signal: this.#end.signal })
  }

  /** The next data of a stream; empty at its end. */
  async read(stream: number): Promise<readonly Uint8Array[]> {
    this.#end.signal.throwIfAborted()
    const kept = this.#kept.get(stream)
    if (kept) return kept.splice(0)
    const [rc, parts] = await this.complete(() => this.channel.readParts(CHUNK, stream))
    if (rc > 0 && !this.#freeing) this.#window?.taken(rc)
    return joinSmall(parts)
  }

  /**
   * Passes a stream on as it arrives. @param deliver gets the next data, or nothing at the end, once each time that it has been asked for.
   * @param failed nothing more comes, for this reason.
   */
  flow(stream: number, deliver: (parts: readonly Uint8Array[]) => void, failed: (reason: unknown) => void): Flow {
    const { number, context: { driver } } = this.channel[CONTEXT]
    const source = stream === 0 ? number : extendedOf(number)
    let asked = false
    /** Something may have arrived that was not read; and behind the data, where its end is. */
    let some = true, behind = true
    const look = (atEnd: boolean) => {
      some = true
      behind ||= atEnd
      if (!asked || this.#end.signal.aborted) return
      try {
        const kept = this.#kept.get(stream)
        const [rc, parts] = kept ? [kept.length, kept.splice(0)] : this.channel.readParts(CHUNK, stream)
        if (rc === LIBSSH2_ERROR_EAGAIN) some = behind = false
        if (!some) return
        asked = false
        some = behind || rc >= CHUNK
        if (rc === 0) stop()
        else if (!this.#freeing) this.#window?.taken(rc)
        deliver(joinSmall(parts))
      } catch (error) {
        stop()
        failed(error)
      }
    }
    const stop = () => { this.#looks.delete(source) }
    this.#looks.set(source, look)
    driver.watch(source, () => this.#looks.get(source)?.(false))
    driver.watch(endOf(number), () => this.#looks.forEach((each) => each(true)))
    return {
      ask: () => {
        asked = true
        if (this.#kept.has(stream)) look(false)
        else if (some) {
          driver.markReady(source)
          driver.pump()
        }
      },
      stop,
    }
  }

  /** Reads and drops the rest of a stream, so that it blocks nothing. Never rejects. */
  async discard(stream: number): Promise<void> {
    try {
      while ((await this.read(stream)).length > 0) { /* nobody wants it */ }
    } catch {
      // The channel is over.
    }
  }

  /** Resolves when the peer's window has taken all of it. @throws ChannelError if the peer has closed the channel. */
  async write(data: Uint8Array | string): Promise<void> {
    this.#end.signal.throwIfAborted()
    if (this.#freeing) throw libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED, 'the server has closed the channel')
    await this.complete(() => this.channel.write(data))
  }

  /** Says that no more will be written. If the peer has already closed the channel, that is no error. */
  async sendEof(): Promise<void> {
    this.#end.signal.throwIfAborted()
    if (!this.#freeing) await this.complete(() => this.channel.sendEof())
  }

  /** Calls back with the reason when this side ends the channel. */
  onEnd(ended: (reason: unknown) => void): void {
    const { signal } = this.#end
    onAbort(signal, () => ended(signal.reason))
  }

  /** Ends the channel even if something still runs. Pending calls reject at once with `reason`. The peer is notified, but not waited for. */
  end(reason: unknown): void {
    this.#end.abort(reason)
    void this.free()
  }

  /** Closes and frees the channel in C. Resolves when the peer has answered. Never rejects. */
  free(): Promise<void> {
    this.#window?.end()
    return this.#freeing ??= this.#free()
  }

  #free(): Promise<void> {
    // Its number may soon be that of another channel.
    this.#looks.clear()
    const { number, context: { driver } } = this.channel[CONTEXT]
    for (const source of [number, extendedOf(number), endOf(number)]) driver.watch(source)
    return this.channel.session.complete(() => this.channel.free()).then(nothing, nothing)
  }
}

/** The error of a call made after this side has closed the channel. */
export const closedHere = (what: string) => libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED, `${what} has been closed by this side`)

/** Closing twice, or after the session has gone, is no error. */
function nothing(): void {}
