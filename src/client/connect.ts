import { connectTcp } from '#connect-tcp'
import { Deadline } from '../abort/deadline.ts'
import { Session, type SessionOptions } from '../bindings/session/session.ts'
import type { RekeyLimits } from '../bindings/session/rekey-limits.ts'
import { CONTEXT } from '../bindings/session-context.ts'
import { abandonTransport } from '../core/transport.ts'
import type { Transport } from '../runtime/transport.ts'
import { inAnotherTurn } from '../core/turn.ts'
import { isPromise } from '../errors/is-promise.ts'
import { timeoutError } from '../errors/timeout-error.ts'
import type { SSHError } from '../errors/ssh-error.ts'
import { LIBSSH2_METHOD_HOSTKEY } from '../ffi/constants.gen.ts'
import type { HostKeyPolicy } from '../host-key/policy.ts'
import { acknowledgeNext } from './acknowledge.ts'
import { type AlgorithmOptions, defaultAlgorithms, type NegotiatedAlgorithms, negotiatedAlgorithms, offerAlgorithms } from './algorithms.ts'
import type { AuthMethod } from './auth/authenticate.ts'
import type { AuthenticatedBy } from './auth/log-in.ts'
import { Client } from './client.ts'
import type { KeepaliveOptions } from './keepalive.ts'
import { RoundTrip } from './round-trip.ts'

export interface ConnectOptions extends AlgorithmOptions, SessionOptions {
  /** Host to connect to. With `transport` it is only needed for `hostKey`, which looks the key up by it. */
  readonly host?: string | undefined
  /** 22 by default. */
  readonly port?: number | undefined
  readonly username: string
  /** A connection that already exists: a WebSocket, a jump host's `openTcp()`, any pair of byte streams. It is closed with the client, and if `connect` fails. */
  readonly transport?: Transport | undefined
  /** How the server proves its identity: `knownHosts()`, `pinned()`, `trustOnFirstUse()`, `insecureAcceptAnyHostKey()`. There is no default. */
  readonly hostKey: HostKeyPolicy
  /**
   * Methods to try in this order, as long as the server accepts them; after a partial success `connect` starts over from the first. An agent comes
   * after the keys that are named, because servers count each key as an attempt.
   */
  readonly auth?: readonly AuthMethod[] | undefined
  /** Ends the attempt at once, with `signal.reason`. Later calls take their own signal. */
  readonly signal?: AbortSignal | undefined
  readonly keepalive?: KeepaliveOptions | undefined
  /** When to re-key: by default after 1 GiB, or an hour. */
  readonly rekey?: RekeyLimits | undefined
  /**
   * Milliseconds until the client must be ready, authentication included: 20,000 by default, 0 or `Infinity` for no limit. The clock stops while
   * a person is being asked: by a password or prompt function, or about a host key.
   */
  readonly connectTimeout?: number | undefined
  /** Receives the negotiated algorithms before the host key is judged and before authentication. If it throws, the attempt ends with that error. */
  readonly onAlgorithms?: ((algorithms: NegotiatedAlgorithms) => void) | undefined
  /** Receives the server's banners, before authentication (RFC 4252 section 5.4). Escape control characters when you show them. */
  readonly onBanner?: ((banner: string) => void) | undefined
  /** Receives the server's SSH_MSG_DEBUG messages and the steps of `connect`, but never secrets. */
  readonly debug?: ((message: string) => void) | undefined
}

const CONNECT_TIMEOUT = 20_000

const loadLogin = () => import('./auth/log-in.ts')

/**
 * Connects, checks the host key, and authenticates. If anything fails, it closes the transport.
 * @throws HostKeyError, AuthenticationError, DisconnectError or another SSHError; `signal.reason` on abort, at once; TypeError or RangeError
 * for invalid options.
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  using deadline = new Deadline()
  const transport = deadline.own(abandoning(options?.transport))
  if (!areMeant(options)) await refuse(options)
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

/** Closes the transport if `connect` fails before a session owns it. */
function abandoning(transport: Transport | undefined): Disposable {
  return { [Symbol.dispose]: () => { if (transport) abandonTransport(transport) } }
}

/** Checks for the most common mistakes; `connectMistake` then finds out exactly what is wrong. */
function areMeant(options: ConnectOptions): boolean {
  const { host, port = 22, username, transport, hostKey, auth = [] } = options ?? {}
  return typeof username === 'string' && username !== '' && typeof hostKey?.verify === 'function'
    && (transport !== undefined ? typeof transport === 'object' && transport !== null && ('readable' in transport || 'port' in transport) : typeof host === 'string' && HOST.test(host)) && Number.isInteger(port) && port > 0 && port < 65_536
    && Array.isArray(auth) && auth.every((method: Partial<AuthMethod> | undefined) => typeof method?.authenticate === 'function')
    && mayHave(options, 'debug', 'onBanner', 'onAlgorithms') && mayHave(hostKey, 'preferredAlgorithms', 'update')
    && Object.keys(options).every((name) => name in OPTIONS)
}

/** @throws what is wrong with the options; nothing is, if they only have further names. */
async function refuse(options: ConnectOptions): Promise<void> {
  const mistake = (await import('./connect-mistakes.ts')).connectMistake(options, Object.keys(OPTIONS))
  if (mistake) throw mistake
}

/** A name or an address: no URL, no user, no port, no brackets. */
const HOST = /^(?!\w[^:]*:\d*$)[^\s@/[\]]+$/

/** Functions that may be left out. */
const mayHave = (given: object, ...names: string[]) => names.every((name) => ['undefined', 'function'].includes(typeof Reflect.get(given, name)))

/** Every option. One that is misspelt, or that another library has, would silently have no effect. */
const OPTIONS: Readonly<Record<keyof ConnectOptions, 1>> = {
  host: 1, port: 1, username: 1, transport: 1, hostKey: 1, auth: 1, signal: 1, keepalive: 1, rekey: 1, connectTimeout: 1, onAlgorithms: 1, onBanner: 1, debug: 1,
  algorithms: 1, legacyAlgorithms: 1, compress: 1, requirePostQuantum: 1, requireStrictKex: 1, instance: 1, memoryLimit: 1, module: 1, hostCrypto: 1,
}

/** One attempt to connect, from the first byte to the client. */
class Attempt {
  readonly #options: ConnectOptions
  readonly #deadline: Deadline
  #step = 'connecting'
  /** Host-key algorithms under which the policy knows the host. */
  #known: readonly string[] = []

  constructor(options: ConnectOptions, deadline: Deadline) {
    this.#options = options
    this.#deadline = deadline
  }

  /** The error that explains why there is no client in time. */
  late(limit: number): SSHError {
    return timeoutError('ERR_CONNECT_TIMEOUT', `no connection within ${limit} ms: it was still ${this.#step}`)
  }

  async connect(given: Disposable): Promise<Client> {
    const { keepalive, debug } = this.#options
    const keeping = keepalive !== undefined && await this.#deadline.run(import('./keepalive.ts'))
    if (keeping) keeping.checkKeepalive(keepalive)
    const session = await this.#session(given)
    const [roundTrip, algorithms] = await this.#establish(session)
    const how = await this.#login(session)
    debug?.(`authenticated by ${how.method}`)
    const client = new Client(session, roundTrip, how, algorithms)
    // OpenSSH announces its host keys now, and its reply to the first request would wait behind them.
    void acknowledgeNext(session)
    if (keeping) keeping.startKeepalive(session, keepalive)
    return client
  }

  async #session(given: Disposable): Promise<Session> {
    const deadline = this.#deadline
    // The code that is needed last loads first, in parallel with the connection.
    loadLogin().catch(() => undefined)
    const { host = '', port = 22, rekey, transport = await deadline.run(connectTcp({ host, port, signal: deadline.signal }), abandonTransport) } = this.#options
    const owned = transport === this.#options.transport ? given : deadline.own(abandoning(transport))
    const session = await deadline.run(Session.create(transport, this.#options), (late) => late.free())
    // Sends no goodbye, which would have to wait if the server has stopped reading.
    deadline.own({ [Symbol.dispose]: () => session.free() })
    deadline.disown(owned)
    // A person may take hours to answer, so nothing waits for the answer once the server has gone. An error that reports this in another way comes first.
    void session.ended().then((error) => { if (!deadline.over) inAnotherTurn(() => deadline.end(error)) })
    if (rekey !== undefined) session.rekeyAfter(rekey)
    return session
  }

  /**
   * Exchanges keys and checks the host key. The last message requests the authentication service, which servers grant at once: that gives the
   * first measurement of the round trip.
   */
  async #establish(session: Session): Promise<[RoundTrip, NegotiatedAlgorithms]> {
    const { host = '', port = 22, hostKey, debug, onAlgorithms } = this.#options
    const { signal, ask } = this.#deadline
    if (debug) session.onDebug = debug
    this.#step = 'asking the host-key policy for known keys'
    this.#known = await this.#askPolicy(session)
    this.#step = 'exchanging keys'
    offerAlgorithms(session, this.#options, this.#known)
    await session.complete(() => session.handshake(), { signal }).catch(async (error: unknown) => {
      throw this.#options.requirePostQuantum ? (await import('./requirements.ts')).asNotPostQuantum(error) : error
    })
    const roundTrip = new RoundTrip(performance.now() - session[CONTEXT].wire.sentAt)
    const key = session.hostkey()
    if (!key) throw (await import('./requirements.ts')).noHostKey()
    debug?.(`server ${session.bannerGet()}`)
    const algorithms = negotiatedAlgorithms(session)
    debug?.(`key exchange ${algorithms.kex}, ${algorithms.postQuantum ? '' : 'not '}post-quantum`)
    onAlgorithms?.(algorithms)
    if (this.#options.requireStrictKex && !algorithms.strictKex) throw (await import('./requirements.ts')).notStrict()
    this.#step = 'checking the host key'
    const info = { host, port, key: key.key, algorithm: session.methods(LIBSSH2_METHOD_HOSTKEY) ?? '', signal, ask }
    const verdict = await this.#deadline.run<unknown>(hostKey.verify(info))
    if (verdict !== undefined && verdict !== true) throw (await import('./requirements.ts')).notAccepted(verdict)
    return [roundTrip, algorithms]
  }

  /** The host's keys that the policy knows. Stops waiting once the server has gone: the handshake then reports why. */
  async #askPolicy(session: Session): Promise<readonly string[]> {
    const { host = '', port = 22, hostKey } = this.#options
    const known = hostKey.preferredAlgorithms?.(host, port) ?? []
    if (!isPromise(known)) return known
    let asking = true
    try {
      return await this.#deadline.run(Promise.race([known, goneWithoutKeys(session, () => asking)]))
    } finally {
      asking = false
    }
  }

  /** Servers announce their keys after the login. Nothing waits for the result. */
  #listenForHostKeys(session: Session): void {
    const { host = '', port = 22, hostKey, algorithms, debug } = this.#options
    if (!hostKey.update) return
    session.onGlobalRequest = (name, body) => {
      if (name !== 'hostkeys-00@openssh.com') return
      import('./host-key-update.ts').then(({ hostKeysAnnounced }) => hostKeysAnnounced(session, { host, port }, (update) => hostKey.update?.(update), algorithms?.hostKey ?? [...defaultAlgorithms('hostKey'), ...this.#known], body))
        .catch((error: unknown) => debug?.(`the host keys that the server announced are ignored: ${String(error)}`))
    }
  }

  async #login(session: Session): Promise<AuthenticatedBy> {
    const { username, auth = [], legacyAlgorithms = false, onBanner } = this.#options
    const { signal, ask } = this.#deadline
    this.#step = 'authenticating'
    this.#listenForHostKeys(session)
    return this.#deadline.run(loadLogin().then(async ({ bannerFeed, logIn }) => {
      const beforeMethod = bannerFeed(session, onBanner)
      try {
        return await logIn({ session, username, signal, ask, legacyAlgorithms, beforeMethod }, auth)
      } finally {
        // Servers say why, and hang up. A session that was aborted may be freed by now.
        if (!session[CONTEXT].handle.freed) beforeMethod()
      }
    }))
  }
}

/** Returns no algorithm names once the server will send nothing more. What comes next ends it when nobody is asked any more. */
async function goneWithoutKeys(session: Session, asking: () => boolean): Promise<readonly string[]> {
  while (asking() && !session[CONTEXT].wire.ended) await session.wait()
  return []
}
