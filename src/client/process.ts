import { onAbort } from '../abort/on-abort.ts'
import type { Channel, Exit } from '../bindings/channel/channel.ts'
import type { SSHError } from '../errors/ssh-error.ts'
import { SSH_EXTENDED_DATA_STDERR } from '../ffi/constants.gen.ts'
import { ReceiveWindow, type RoundTrip } from './receive-window.ts'
import { channelReadable, channelWritable } from './streams.ts'

/** A command, shell or subsystem that runs on the server. Ends with its channel. */
export class Process implements AsyncDisposable {
  /** A chunk is taken when the server's window has room for it; closing sends EOF. */
  readonly stdin: WritableStream<Uint8Array | string>
  readonly stdout: ReadableStream<Uint8Array>
  /** Empty where a PTY mixes both. */
  readonly stderr: ReadableStream<Uint8Array>
  /** Resolves when the server has closed the channel; rejects if the session fails before. What nobody reads is not waited for beyond the window. */
  readonly exit: Promise<Exit>
  /** The channel underneath, for what this class does not offer. */
  readonly channel: Channel

  /** For the client: processes come from `client.exec()` and `client.shell()`. */
  constructor(channel: Channel, roundTrip: RoundTrip, signal?: AbortSignal) {
    const window = new ReceiveWindow(channel, roundTrip)
    this.channel = channel
    const close = () => { this.close().catch(ignore) }
    this.stdin = channelWritable(channel, close)
    this.stdout = channelReadable(channel, 0, window, ignore)
    this.stderr = channelReadable(channel, SSH_EXTENDED_DATA_STDERR, window, ignore)
    this.exit = channel.session.complete(() => channel.exit())
    this.exit.catch(ignore)
    const detach = onAbort(signal, close)
    this.exit.then(detach, detach)
  }

  /** Sends a signal to the process, `TERM` if none is named. Servers may ignore it. @throws SSHError if the session has failed. */
  async kill(signal = 'TERM'): Promise<void> {
    await this.channel.session.complete(() => this.channel.signal(signal))
  }

  /** Tells the server the new size of the terminal, in characters and, where known, pixels. */
  async resize(columns: number, rows: number, widthPx = 0, heightPx = 0): Promise<void> {
    await this.channel.session.complete(() => this.channel.ptySize(columns, rows, widthPx, heightPx))
  }

  /**
   * Closes the channel, whatever still runs. A server may answer that only when the command has ended by itself (OpenSSH does), so the answer
   * is not waited for: libssh2 takes it in unseen.
   */
  async close(): Promise<void> {
    this.channel[Symbol.dispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** The failure has another way to the caller: `exit`, or the call that caused it. */
function ignore(_?: SSHError | unknown): void {}
