import { atMost, PEER_GRACE } from '../abort/at-most.ts'
import { onAbort } from '../abort/on-abort.ts'
import type { Channel, Originator } from '../bindings/channel/channel.ts'
import type { Listener } from '../bindings/listener/listener.ts'
import type { Session } from '../bindings/session/session.ts'
import type { LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import { record } from '../errors/arguments.ts'
import { placeOf } from '../errors/connect-error.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { type ChannelStream, channelStream } from './channel-stream.ts'

export interface ListenOptions {
  /** Address that the server binds to: `127.0.0.1` by default; `0.0.0.0`, `::` or the empty string for all, if the server allows it (`GatewayPorts`). */
  readonly host?: string | undefined
  /** With 0, the default, the server chooses a port: see `port` of the result. */
  readonly port?: number | undefined
  /**
   * Instead of host and port: the path of a Unix socket, which the server creates (OpenSSH PROTOCOL section 2.4; OpenSSH, AsyncSSH, npm ssh2 and others support
   * it). OpenSSH leaves the file behind, and listens again at the same path only with `StreamLocalBindUnlink yes`, or when the file has been removed.
   */
  readonly path?: string | undefined
  /** The most connections that wait to be accepted; the server is told that others are refused. 64 by default. */
  readonly backlog?: number | undefined
  /** Also ends the listening, once it has begun. */
  readonly signal?: AbortSignal | undefined
}

/** A connection that somebody made to the server's port or socket; a transport. */
export interface ForwardedConnection extends ChannelStream {
  /** Who connected, as the server reports it; an empty host and port 0 for a Unix socket. */
  readonly originator: Originator
}

/**
 * Remote forwarding (RFC 4254 section 7.1; Unix sockets: OpenSSH PROTOCOL section 2.4). Iterate over it to get the connections. The iteration ends
 * with `close()`, and throws if the session fails or the signal fires. Connections that you have received stay open.
 */
export class PortListener implements AsyncIterable<ForwardedConnection>, AsyncDisposable {
  /** The address that the server was asked to bind; empty for a Unix socket. */
  readonly host: string
  /** The port on the server, also if the server chose it; 0 for a Unix socket. */
  readonly port: number
  /** The path of the Unix socket on the server; `undefined` for a port. */
  readonly path: string | undefined
  readonly #listener: Listener
  readonly #signal: AbortSignal | undefined
  #stopListening: () => void = () => {}
  /** Set before the C object is freed, for callers that wait on it. */
  #ended = false
  #closing: Promise<void> | undefined

  /** For `client.listen()`. @internal */
  constructor(host: string, listener: Listener, signal?: AbortSignal) {
    this.host = host
    this.port = listener.port
    this.path = listener.path
    this.#listener = listener
    this.#signal = signal
    this.#stopListening = onAbort(signal, () => { void this.close() })
  }

  /** The next connection; `undefined` after `close()`. */
  async accept(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ForwardedConnection | undefined> {
    const { signal } = record(options, 'options')
    const { session } = this.#listener
    const channel = await session.complete<Channel | undefined | typeof LIBSSH2_ERROR_EAGAIN>(() => this.#ended ? undefined : this.#listener.forwardAccept(), { signal, discard: (late) => late?.[Symbol.dispose]() })
    if (channel) return { ...channelStream(channel), originator: channel.originator() ?? { host: '', port: 0 } }
    this.#signal?.throwIfAborted()
    return undefined
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ForwardedConnection, void> {
    try {
      for (;;) {
        const connection = await this.accept()
        if (!connection) return
        yield connection
      }
    } finally {
      await this.close()
    }
  }

  /** Stops listening, and closes connections that nobody has accepted. Waits for the server's answer for at most a second. Idempotent, never rejects. */
  close(): Promise<void> {
    if (!this.#ended) {
      this.#ended = true
      const { session } = this.#listener
      this.#stopListening()
      this.#closing = atMost(PEER_GRACE, session.complete(() => this.#listener.forwardCancel()))
    }
    return this.#closing ?? Promise.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

export async function listen(session: Session, options: ListenOptions): Promise<PortListener> {
  const { path, host = '127.0.0.1', port = 0, backlog = 64, signal } = record(options, 'options')
  if (path === undefined) {
    const [listener] = await told(() => placeOf(host, port), session.complete(() => session.forwardListenEx(host, port, backlog), { signal, discard: ([late]) => late[Symbol.dispose]() }))
    return new PortListener(host, listener, signal)
  }
  if (typeof path !== 'string' || path === '') throw new TypeError('path must be that of a Unix socket on the server')
  if (options.host !== undefined || options.port !== undefined) throw new TypeError('listen() takes a path, or a host and a port, not both')
  return new PortListener('', await told(() => path, session.complete(() => session.forwardListenStreamlocal(path, backlog), { signal })), signal)
}

/** libssh2's text for a refusal does not say where the server should have listened. */
async function told<T>(place: () => string, asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (cause) {
    if (!(cause instanceof SSHError) || cause.code !== 'ERR_LIBSSH2_REQUEST_DENIED') throw cause
    throw new SSHError(`the server refuses to listen on ${place()}`, { code: cause.code, errno: cause.errno, cause })
  }
}
