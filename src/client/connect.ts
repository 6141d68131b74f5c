import { connectTcp } from '#connect-tcp'
import { Deadline } from '../abort/deadline.ts'
import { Session, type SessionOptions } from '../bindings/session/session.ts'
import type { RekeyLimits } from '../bindings/session/rekey-limits.ts'
import { CONTEXT } from '../bindings/session-context.ts'
import { abandonTransport } from '../core/transport.ts'
import type { Transport } from '../runtime/transport.ts'
import { inAnotherTurn } from '../core/turn.ts'
import { timeoutError } from '../errors/timeout-error.ts'
import { HostKeyError, SSHError } from '../errors/ssh-error.ts'
import { LIBSSH2_ERROR_HOSTKEY_INIT, LIBSSH2_METHOD_HOSTKEY } from '../ffi/constants.gen.ts'
import type { HostKeyPolicy } from '../host-key/policy.ts'
import { acknowledgeNext } from './acknowledge.ts'
import { type AlgorithmOptions, defaultAlgorithms, offerAlgorithms } from './algorithms.ts'
import type { AuthMethod } from './auth/authenticate.ts'
import type { AuthenticatedBy } from './auth/log-in.ts'
import { Client } from './client.ts'
import type { KeepaliveOptions } from './keepalive.ts'
import { RoundTrip } from './round-trip.ts'

export interface ConnectOptions extends AlgorithmOptions, SessionOptions {
  /** Where to; needed too with `transport`, if `hostKey` is to know whose key it sees. */
  readonly host?: string | undefined
  /** 22 if none is given. */
  readonly port?: number | undefined
  readonly username: string
  /** A connection made otherwise: a WebSocket, a jump host's `openTcp()`, any pair of byte streams. It is closed with the client, and where `connect` fails. */
  readonly transport?: Transport | undefined
  /** How the server proves who it is: `knownHosts()`, `pinned()`, `trustOnFirstUse()`, `insecureAcceptAnyHostKey()`. There is no default. */
  readonly hostKey: HostKeyPolicy
  /**
   * Gone through in this order, as long as the server accepts their method, and after a partial success from the beginning. An agent comes behind the
   * keys that are named: servers count each key as an attempt.
   */
  readonly auth?: readonly AuthMethod[] | undefined
  /** Ends the attempt at once, with `signal.reason`; later calls have a signal of their own. */
  readonly signal?: AbortSignal | undefined
  readonly keepalive?: KeepaliveOptions | undefined
  /** When keys are exchanged anew: by default after 1 GiB, or an hour. */
  readonly rekey?: RekeyLimits | undefined
  /**
   * Milliseconds until the client must be ready, authentication included: 20,000 unless told, 0 or `Infinity` for no limit. The time stands still while
   * a person is asked: by a password or prompt function, or about a host key.
   */
  readonly connectTimeout?: number | undefined
  /** Receives the server's banners for people, before authentication (RFC 4252 section 5.4). Show control characters visibly. */
  readonly onBanner?: ((banner: string) => void) | undefined
  /** Receives SSH_MSG_DEBUG of the server and the steps of `connect`. Never secrets. */
  readonly debug?: ((message: string) => void) | undefined
}

const CONNECT_TIMEOUT = 20_000

const loadLogin = () => import('./auth/log-in.ts')

/**
 * Connects, checks the host key, and authenticates. Whatever fails, the transport is closed.
 * @throws HostKeyError, AuthenticationError, DisconnectError or another SSHError; `signal.reason` on abort, at once; TypeError or RangeError for options
 * that cannot be meant.
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  using deadline = new Deadline()
  const transport = deadline.own(abandoning(options?.transport))
  if (!areMeant(options)) throw (await import('./connect-mistakes.ts')).connectMistake(options)
  const attempt = new Attempt(options, deadline)
  deadline.begin(options.signal, options.connectTimeout ?? CONNECT_TIMEOUT, (limit) => attempt.late(limit))
  try {
    const client = await attempt.connect(transport)
    deadline.keep()
    return client
  } catch (error) {
    throw error === options.signal?.reason ? error : (await import('./peer-name.ts')).named(error, options)
  }
}

/** What `connect` closes if it fails before a session has the transport. */
function abandoning(transport: Transport | undefined): Disposable {
  return { [Symbol.dispose]: () => { if (transport) abandonTransport(transport) } }
}

/** A look at what is most often wrong; what exactly it is finds out who is asked then. */
function areMeant(options: ConnectOptions): boolean {
  const { host, port = 22, username, transport, hostKey, auth = [] } = options ?? {}
  return typeof username === 'string' && username !== '' && typeof hostKey?.verify === 'function'
    && (transport ? 'readable' in transport || 'port' in transport : typeof host === 'string' && host !== '') && Number.isInteger(port) && port > 0 && port < 65_536
    && Array.isArray(auth) && auth.every((method: Partial<AuthMethod> | undefined) => typeof method?.authenticate === 'function')
    && !Object.keys(options).some((name) => FOREIGN.has(name))
}

/** Options of npm ssh2 that would silently do nothing here. */
const FOREIGN = new Set(['privateKey', 'password', 'passphrase', 'agent', 'user', 'sock', 'readyTimeout', 'hostVerifier', 'tryKeyboard', 'authHandler', 'keepaliveInterval'])

/** One attempt to connect, from the first byte to the client. */
class Attempt {
  readonly #options: ConnectOptions
  readonly #deadline: Deadline
  #step = 'connecting'

  constructor(options: ConnectOptions, deadline: Deadline) {
    this.#options = options
    this.#deadline = deadline
  }

  /** Why there is no client in time. */
  late(limit: number): SSHError {
    return timeoutError('ERR_CONNECT_TIMEOUT', `no connection within ${limit} ms: it was still ${this.#step}`)
  }

  async connect(given: Disposable): Promise<Client> {
    const { keepalive, debug } = this.#options
    const keeping = keepalive && await this.#deadline.run(import('./keepalive.ts'))
    if (keepalive) keeping?.checkKeepalive(keepalive)
    const session = await this.#session(given)
    const roundTrip = await this.#establish(session)
    const how = await this.#login(session)
    debug?.(`authenticated by ${how.method}`)
    const client = new Client(session, roundTrip, how)
    // OpenSSH tells its host keys now, and the answer to the first request would wait behind them.
    void acknowledgeNext(session)
    if (keepalive) keeping?.startKeepalive(session, keepalive)
    return client
  }

  async #session(given: Disposable): Promise<Session> {
    const deadline = this.#deadline
    // What comes last loads first, beside the connection.
    loadLogin().catch(() => undefined)
    const { host = '', port = 22, rekey, transport = await deadline.run(connectTcp({ host, port, signal: deadline.signal }), abandonTransport) } = this.#options
    const owned = transport === this.#options.transport ? given : deadline.own(abandoning(transport))
    const session = await deadline.run(Session.create(transport, this.#options), (late) => late.free())
    // Without a word: a goodbye would be waited for where the server reads nothing.
    deadline.own({ [Symbol.dispose]: () => session.free() })
    deadline.disown(owned)
    // A person may take hours to answer: nobody waits for the answer once the server has gone. An error that says so in another way comes first.
    void session.ended().then((error) => inAnotherTurn(() => deadline.end(error)))
    if (rekey) session.rekeyAfter(rekey)
    return session
  }

  /** Key exchange and the judgement of the host key. Its last message asks for the service of authentication, which servers grant at once: the first measurement. */
  async #establish(session: Session): Promise<RoundTrip> {
    const { host = '', port = 22, hostKey, debug } = this.#options
    const { signal, ask } = this.#deadline
    if (debug) session.onDebug = debug
    this.#step = 'asking the host-key policy what is known'
    const known = await this.#known(session)
    this.#step = 'exchanging keys'
    offerAlgorithms(session, this.#options, known)
    await session.complete(() => session.handshake(), { signal }).catch(async (error: unknown) => {
      throw this.#options.requirePostQuantum ? (await import('./not-post-quantum.ts')).asNotPostQuantum(error) : error
    })
    const roundTrip = new RoundTrip(performance.now() - session[CONTEXT].wire.sentAt)
    const key = session.hostkey()
    if (!key) throw new SSHError('the server has no host key', { code: 'ERR_LIBSSH2_HOSTKEY_INIT', errno: LIBSSH2_ERROR_HOSTKEY_INIT })
    debug?.(`server ${session.bannerGet()}`)
    this.#step = 'judging the host key'
    const info = { host, port, key: key.key, algorithm: session.methods(LIBSSH2_METHOD_HOSTKEY) ?? '', signal, ask }
    accept(await this.#deadline.run<unknown>(hostKey.verify(info)))
    return roundTrip
  }

  /** What the policy knows of the host's keys. Nobody waits for it once the server has gone: the handshake then says why. */
  async #known(session: Session): Promise<readonly string[]> {
    const { host = '', port = 22, hostKey } = this.#options
    if (!hostKey.preferredAlgorithms) return []
    using asking = new Deadline(this.#deadline.signal)
    try {
      return await asking.run(Promise.race([hostKey.preferredAlgorithms(host, port), goneWithoutKeys(session, asking.signal)]))
    } finally {
      asking.end(undefined)
    }
  }

  /** Servers announce their keys after the login. Nobody waits for the result. */
  #listenForHostKeys(session: Session): void {
    const { host = '', port = 22, hostKey, algorithms, debug } = this.#options
    if (!hostKey.update) return
    session.onGlobalRequest = (name, body) => {
      if (name !== 'hostkeys-00@openssh.com') return
      import('./host-key-update.ts').then(({ hostKeysAnnounced }) => hostKeysAnnounced(session, { host, port }, (update) => hostKey.update?.(update), algorithms?.hostKey ?? defaultAlgorithms('hostKey'), body))
        .catch((error: unknown) => debug?.(`host keys that the server announced are not taken: ${String(error)}`))
    }
  }

  async #login(session: Session): Promise<AuthenticatedBy> {
    const { username, auth = [], legacyAlgorithms = false, onBanner } = this.#options
    const { signal, ask } = this.#deadline
    const beforeMethod = bannerFeed(session, onBanner)
    this.#step = 'authenticating'
    this.#listenForHostKeys(session)
    const how = await this.#deadline.run(loadLogin().then(({ logIn }) => logIn({ session, username, signal, ask, legacyAlgorithms, beforeMethod }, auth)))
    beforeMethod()
    return how
  }
}

/** No names of algorithms, when nothing more will come from the server. */
async function goneWithoutKeys(session: Session, signal: AbortSignal): Promise<readonly string[]> {
  while (!session[CONTEXT].wire.ended) await session.wait({ signal })
  return []
}

/** Checks what a policy of the caller's own returns: nothing and `true` accept the key. */
function accept(verdict: unknown): void {
  if (verdict === undefined || verdict === true) return
  if (verdict === false) throw new HostKeyError('the hostKey policy refused the host key: verify() gave false', { code: 'ERR_HOST_KEY_UNKNOWN' })
  throw new HostKeyError(`verify() of the hostKey policy must give nothing, true or false, not ${typeof verdict}`, { code: 'ERR_HOST_KEY_VERDICT' })
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
