import { onAbort } from '../abort/on-abort.ts'
import { orAbort } from '../abort/or-abort.ts'
import { Session, type SessionOptions } from '../bindings/session/session.ts'
import { CONTEXT, type RekeyLimits } from '../bindings/session/transport.ts'
import type { Transport } from '../core/transport.ts'
import { HostKeyError, SSHError } from '../errors/ssh-error.ts'
import { LIBSSH2_METHOD_HOSTKEY } from '../ffi/constants.gen.ts'
import type { HostKeyPolicy } from '../host-key/policy.ts'
import { connectTcp } from '#connect-tcp'
import { acknowledgeNext } from './acknowledge.ts'
import { type AlgorithmOptions, offerAlgorithms } from './algorithms.ts'
import { type AuthMethod, authenticate } from './auth/authenticate.ts'
import { Client } from './client.ts'
import { type KeepaliveOptions, startKeepalive } from './keepalive.ts'
import { RoundTrip } from './receive-window.ts'

export interface ConnectOptions extends AlgorithmOptions, SessionOptions {
  /** Where to; needed too with `transport`, if `hostKey` is to know whose key it sees. */
  readonly host?: string | undefined
  /** 22 if none is given. */
  readonly port?: number | undefined
  readonly username: string
  /** A connection made otherwise: a WebSocket, a jump host's `openTcp()`, any pair of byte streams. It is closed with the client. */
  readonly transport?: Transport | undefined
  /** How the server proves who it is: `knownHosts()`, `pinned()`, `trustOnFirstUse()`, `insecureAcceptAnyHostKey()`. There is no default. */
  readonly hostKey: HostKeyPolicy
  /** Tried in order. */
  readonly auth?: readonly AuthMethod[] | undefined
  /** Ends the attempt, with `signal.reason`; later calls have a signal of their own. */
  readonly signal?: AbortSignal | undefined
  readonly keepalive?: KeepaliveOptions | undefined
  /** When keys are exchanged anew: by default after 1 GiB, or an hour. */
  readonly rekey?: RekeyLimits | undefined
  /** Milliseconds until the keys must have been exchanged; people who type a password are not hurried. */
  readonly connectTimeout?: number | undefined
  /** Receives the server's banners for people, before authentication (RFC 4252 section 5.4). Show control characters visibly. */
  readonly onBanner?: ((banner: string) => void) | undefined
  /** Receives SSH_MSG_DEBUG of the server and the steps of `connect`. Never secrets. */
  readonly debug?: ((message: string) => void) | undefined
}

/**
 * Connects, checks the host key, and authenticates.
 * @throws HostKeyError, AuthenticationError, DisconnectError or another SSHError; `signal.reason` on abort; the error of the TCP connection.
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const { hostKey, signal } = options
  if (typeof hostKey?.verify !== 'function') {
    await options.transport?.close?.()
    throw new HostKeyError('connect() needs a hostKey policy: knownHosts(…), pinned(…), trustOnFirstUse(…) or insecureAcceptAnyHostKey()', { code: 'ERR_HOST_KEY_POLICY_MISSING' })
  }
  if (typeof options.username !== 'string' || options.username === '') throw new TypeError('username is needed')
  signal?.throwIfAborted()
  const limit = timeLimit(options.connectTimeout, signal)
  let session: Session | undefined
  try {
    const transport = options.transport ?? await dial(options, limit.signal)
    session = await Session.create(transport, options)
    if (options.rekey) session.rekeyAfter(options.rekey)
    const roundTrip = await establish(session, options, limit.signal)
    limit[Symbol.dispose]()
    await login(session, options)
    const client = new Client(session, roundTrip)
    // OpenSSH tells its host keys now, and the answer to the first request would wait behind them.
    void acknowledgeNext(session)
    if (options.keepalive) startKeepalive(session, options.keepalive)
    return client
  } catch (error) {
    session?.free()
    throw error
  } finally {
    limit[Symbol.dispose]()
  }
}

async function dial({ host, port = 22 }: ConnectOptions, signal: AbortSignal): Promise<Transport> {
  if (typeof host !== 'string' || host === '') throw new TypeError('connect() needs a host or a transport')
  return connectTcp({ host, port, signal })
}

/** Key exchange and the judgement of the host key. Its last message asks for the service of authentication, which servers grant at once: the first measurement. */
async function establish(session: Session, options: ConnectOptions, signal: AbortSignal): Promise<RoundTrip> {
  const { host = '', port = 22, hostKey, debug } = options
  if (debug) session.onDebug = debug
  const known = await hostKey.preferredAlgorithms?.(host, port) ?? []
  offerAlgorithms(session, options, known)
  await session.complete(() => session.handshake(), { signal })
  const roundTrip = new RoundTrip(performance.now() - session[CONTEXT].wire.sentAt)
  const key = session.hostkey()
  if (!key) throw new SSHError('the server has no host key', { code: 'ERR_LIBSSH2_HOSTKEY_INIT', errno: -10 })
  debug?.(`server ${session.bannerGet()}`)
  signal.throwIfAborted()
  await orAbort(hostKey.verify({ host, port, key: key.key, algorithm: session.methods(LIBSSH2_METHOD_HOSTKEY) ?? '', signal }), signal)
  return roundTrip
}

async function login(session: Session, { username, auth = [], signal, legacyAlgorithms = false, onBanner, debug }: ConnectOptions): Promise<void> {
  const show = bannerFeed(session, onBanner)
  await authenticate({ session, username, signal, legacyAlgorithms }, auth.map((method) => withBanner(method, show)))
  show()
  debug?.('authenticated')
}

/** Hands on what the server has added to its banners since the last time. */
function bannerFeed(session: Session, onBanner: ConnectOptions['onBanner']): () => void {
  let shown = 0
  return () => {
    const all = session.userauthBanner() ?? ''
    if (all.length > shown) onBanner?.(all.slice(shown))
    shown = all.length
  }
}

function withBanner(method: AuthMethod, show: () => void): AuthMethod {
  return {
    method: method.method,
    authenticate: (context) => {
      show()
      return method.authenticate(context)
    },
  }
}

/** A signal that follows the caller's, and fires by itself when the time is over. */
function timeLimit(milliseconds: number | undefined, outer: AbortSignal | undefined): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const stop = onAbort(outer, () => controller.abort(outer?.reason))
  const timer = milliseconds === undefined ? undefined : setTimeout(() => {
    controller.abort(new SSHError(`no connection within ${milliseconds} ms`, { code: 'ERR_CONNECT_TIMEOUT', errno: -9 }))
  }, milliseconds)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      stop()
    },
  }
}
