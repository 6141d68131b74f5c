import { Ending } from '../abort/ending.ts'
import { onAbort } from '../abort/on-abort.ts'
import { type Again, CONTEXT } from '../bindings/session-context.ts'
import { endOf, extendedOf } from '../bindings/sources.ts'
import { data as binary } from '../bindings/arguments.ts'
import type { Channel, Exit } from '../bindings/channel/channel.ts'
import { libssh2Error } from '../errors/libssh2-error.ts'
import { LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import { joinSmall } from './join-small.ts'
import { LiveWrites } from './live-writes.ts'
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
  /** How the process in it has ended, as `Channel.exit` says; rejects if this side ends the channel, or the session fails, before that is known. */
  readonly exit: Promise<Exit>
  /** Resolves when the channel is over, whichever side ended it, or with the session. Never rejects. */
  readonly over: Promise<void>
  readonly #streams: readonly number[]
  readonly #window: ReceiveWindow | undefined
  readonly #end = new Ending()
  /** Output that nobody had read when the peer closed the channel, by stream. */
  readonly #kept = new Map<number, Uint8Array[]>()
  #writes: LiveWrites | undefined
  #freeing: Promise<void> | undefined
  /** What the streams do when something has arrived, by the source that says so. */
  readonly #looks = new Map<number, (atEnd: boolean) => void>()
  #exitKnown: ((exit: Exit) => void) | undefined
  #exitUnknown: (reason: unknown) => void = nothing
  #isOver: (() => void) | undefined

  /** @param streams the streams that are read: 0, and 1 for stderr. */
  constructor(channel: Channel, streams: readonly number[], window?: ReceiveWindow) {
    this.channel = channel
    this.#streams = streams
    this.#window = window
    this.over = new Promise((resolve) => { this.#isOver = resolve })
    this.exit = new Promise((resolve, reject) => {
      this.#exitKnown = resolve
      this.#exitUnknown = reject
    })
    this.exit.catch(nothing)
    const { number, context: { driver } } = channel[CONTEXT]
    driver.watch(endOf(number), () => {
      this.#looks.forEach((look) => look(true))
      this.#lookAtEnd()
    })
    // The end may have come with the beginning.
    driver.markReady(endOf(number))
    driver.pump()
  }

  /** What has arrived is no data: the exit status may be there, and then the peer's CLOSE. */
  #lookAtEnd(): void {
    try {
      if (this.#exitKnown) {
        const exit = this.channel.exit()
        if (exit === LIBSSH2_ERROR_EAGAIN) return
        this.#exitKnown(exit)
        this.#exitKnown = undefined
      }
      if (this.channel.peerClosed() === LIBSSH2_ERROR_EAGAIN) return
      // After those that read now.
      queueMicrotask(() => {
        this.keepRest()
        void this.free()
        this.#ended()
      })
    } catch (error) {
      // The session has failed: pending calls report it.
      this.#lost(error)
    }
  }

  #lost(reason: unknown): void {
    this.#exitUnknown(reason)
    this.#ended()
  }

  #ended(): void {
    this.#isOver?.()
    this.#isOver = undefined
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

  /** @throws the reason, once this side has ended the channel */
  check(): void {
    this.#end.throwIfAborted()
  }

  /** The next data of a stream; empty at its end. */
  async read(stream: number): Promise<readonly Uint8Array[]> {
    this.check()
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
      if (!asked || this.#end.aborted) return
      try {
        const kept = this.#kept.get(stream)
        const [rc, parts] = kept ? [kept.length, kept.splice(0)] : this.channel.readParts(CHUNK, stream)
        if (rc === LIBSSH2_ERROR_EAGAIN) some = behind = false
        if (!some) return
        asked = false
        some = behind || rc >= CHUNK
        if (rc === 0) {
          stop()
          this.#kept.set(stream, [])
        } else if (!this.#freeing) this.#window?.taken(rc)
        deliver(joinSmall(parts))
      } catch (error) {
        stop()
        failed(error)
      }
    }
    const stop = () => { this.#looks.delete(source) }
    this.#looks.set(source, look)
    if (!this.#freeing) driver.watch(source, () => this.#looks.get(source)?.(false))
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
    this.check()
    if (this.#freeing) throw libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED, 'the server has closed the channel')
    const bytes = binary(data, 'buf')
    // libssh2 says whether a channel can be written to, also for an empty write.
    if (bytes.length === 0) await this.complete(() => this.channel.write(bytes))
    else await (this.#writes ??= new LiveWrites(this.channel)).write(bytes)
  }

  /** Says that no more will be written. If the peer has already closed the channel, that is no error. */
  async sendEof(): Promise<void> {
    this.check()
    if (!this.#freeing) await this.complete(() => this.channel.sendEof())
  }

  /** Calls back with the reason when this side ends the channel. */
  onEnd(ended: (reason: unknown) => void): void {
    onAbort(this.#end.signal, () => ended(this.#end.reason))
  }

  /** Ends the channel even if something still runs. Pending calls reject at once with `reason`. The peer is notified, but not waited for. */
  end(reason: unknown): void {
    this.#end.end(reason)
    this.#writes?.end(this.#end.reason)
    this.#lost(this.#end.reason)
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
    return this.channel.session.complete(() => this.channel.free()).catch(nothing).then(() => { if (this.#isOver) this.#lookAtEnd() })
  }
}

/** The error of a call made after this side has closed the channel. */
export const closedHere = (what: string) => libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED, `${what} has been closed by this side`)

/** Closing twice, or after the session has gone, is no error. */
function nothing(): void {}
