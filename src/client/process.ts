import type { Channel, Exit } from '../bindings/channel/channel.ts'
import { inAnotherTurn } from '../core/turn.ts'
import { SSH_EXTENDED_DATA_STDERR } from '../ffi/constants.gen.ts'
import { closedHere, type LiveChannel } from './live-channel.ts'
import { linesOf } from './lines.ts'
import { type ChannelInput, channelReadable, channelWritable } from './streams.ts'

/** The streams of a process's output. */
export const OUTPUTS = [0, SSH_EXTENDED_DATA_STDERR] as const

/** A channel in which something runs. */
export interface Started {
  readonly live: LiveChannel
  readonly terminal: boolean
  /** What stands between `stdin` and the channel, if something does. */
  readonly input: ChannelInput | undefined
}

/**
 * A command, shell or subsystem that runs on the server. It is freed automatically when the server has closed its channel. After its signal aborts,
 * every pending and later call rejects with the signal's reason; after `close()` with `ERR_LIBSSH2_CHANNEL_CLOSED`.
 */
export class Process implements AsyncDisposable {
  /** The channel underneath, for what this class does not offer. */
  readonly channel: Channel
  /** Whether the server has given it a terminal. */
  readonly terminal: boolean
  readonly #live: LiveChannel
  readonly #input: ChannelInput | undefined
  /** Those that have been asked for: many commands need only one, and one costs as much as a round trip through the driver. */
  #stdin: WritableStream<Uint8Array | string> | undefined
  #stdout: ReadableStream<Uint8Array> | undefined
  #stderr: ReadableStream<Uint8Array> | undefined
  #exitWanted = false
  readonly #cancelled = new Set<number>()

  /** For the client: processes come from `client.exec()` and `client.shell()`. */
  constructor({ live, terminal, input }: Started) {
    this.channel = live.channel
    this.terminal = terminal
    this.#live = live
    this.#input = input
  }

  /** A write resolves when the server's window has room for the chunk; closing sends EOF. */
  get stdin(): WritableStream<Uint8Array | string> {
    return this.#stdin ??= channelWritable(this.#live, (reason) => this.#live.end(reason ?? closedHere('the process')), this.#input)
  }

  /**
   * Cancelling it, or leaving its loop with `break`, discards the rest. Unless somebody reads stderr, or there is a terminal, this notifies OpenSSH's
   * server (`eow@openssh.com`): the command gets SIGPIPE when it writes more, as in `command | head`, and the last of its stderr may be lost. With
   * other servers it keeps running.
   */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#stdout ??= channelReadable(this.#live, 0, () => this.#cancel(0))
  }

  /** Empty if a terminal mixes both. */
  get stderr(): ReadableStream<Uint8Array> {
    return this.#stderr ??= channelReadable(this.#live, SSH_EXTENDED_DATA_STDERR, () => this.#cancel(SSH_EXTENDED_DATA_STDERR))
  }

  /**
   * How the process ended, as soon as the server reports it. Its output may still be on its way, and a background child may keep the
   * channel open. Rejects if the session fails first, with the signal's reason after an abort, and after `close()`.
   */
  get exit(): Promise<Exit> {
    this.#exitWanted = true
    return this.#live.exit
  }

  /** Resolves when the channel is over: closed by the server or this side, or gone with the session. Never rejects. */
  get closed(): Promise<void> {
    return this.#live.over
  }

  /** Discards further output. When nobody waits for the outputs or the end any more, the channel is closed. */
  #cancel(stream: number): void {
    this.#cancelled.add(stream)
    void this.#live.discard(stream)
    // Code that leaves a loop may read stderr next, and sshd drops the last of stderr after this message.
    if (stream === 0 && !this.terminal && knowsEow(this.channel)) inAnotherTurn(() => { if (!this.#stderr?.locked) this.#live.complete(() => this.channel.requestNoReply('eow@openssh.com')).catch(ignore) })
    // Code that leaves a loop may ask for the exit status next.
    if (this.#cancelled.size === OUTPUTS.length) inAnotherTurn(() => { if (!this.#exitWanted) void this.#live.free() })
  }

  /** The lines of stdout as they arrive, as UTF-8, without their ends (`\n` or `\r\n`). Leaving the loop discards the rest, as `stdout` does. */
  lines(): AsyncGenerator<string, void> {
    return linesOf(this.stdout)
  }

  /** Sends a signal to the process, `TERM` by default; OpenSSH 7.9 and newer also take `INFO@openssh.com`. Servers may ignore it. @throws SSHError if the session has failed, or the process has gone. */
  async kill(signal = 'TERM'): Promise<void> {
    await this.#live.complete(() => this.channel.signal(signal))
  }

  /** Tells the server the new size of the terminal, in characters and, if known, pixels. */
  async resize(columns: number, rows: number, widthPx = 0, heightPx = 0): Promise<void> {
    await this.#live.complete(() => this.channel.ptySize(columns, rows, widthPx, heightPx))
  }

  /**
   * Closes the channel even if the command still runs. A server may answer only when the command has ended by itself (OpenSSH does), so this does not
   * wait for the answer: libssh2 takes it in the background.
   */
  async close(): Promise<void> {
    this.#live.end(closedHere('the process'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** OpenSSH since 5.1; other servers may answer an unknown request by closing the channel (OpenSSH PROTOCOL section 2.1). */
const knowsEow = ({ session }: Channel) => /^SSH-2\.0-OpenSSH_(?![2-4]\.|5\.0)/.test(session.bannerGet() ?? '')

/** The failure reaches the caller in another way: through `exit`, or the call that caused it. */
function ignore(): void {}
