import { Session } from '../../bindings/session/session.ts'
import { CONTEXT } from '../../bindings/session-context.ts'
import { after } from '../../abort/milliseconds.ts'
import { startKeepalive } from '../../client/keepalive.ts'
import { RoundTrip } from '../../client/round-trip.ts'
import type { SSHError } from '../../errors/ssh-error.ts'
import { PortTransport } from '../../transports/port-transport.ts'
import { type Callback, tell } from '../tell.ts'
import { holdOpens } from '../channel/incoming.ts'
import { authenticate } from '../auth/authenticate.ts'
import { clientError, noResponse } from './errors.ts'
import { handshake, watchExchanges } from './handshake.ts'
import { listenForHostKeys } from './host-keys-announced.ts'
import { IdentificationWatch } from './identification-watch.ts'
import type { Kept, Link, Owner } from './link.ts'
import type { Settings } from './settings.ts'
import type { Dialled } from './socket.ts'
import { whyEnded } from './why-ended.ts'

/** One connection of a client, from the socket to its `close`. */
export class Connection implements Link {
  readonly owner: Owner
  readonly settings: Settings
  readonly sock: Dialled['sock']
  readonly roundTrip = new RoundTrip()
  readonly channels = new Set<Kept>()
  readonly #dialled: Dialled
  readonly #ready: Promise<Session>
  #becomeReady: (session: Session) => void = () => {}
  #session: Session | undefined
  #watch: IdentificationWatch | undefined
  /** Callers that wait for an answer, in the order of their requests. */
  readonly #asked = new Set<(error: Error) => void>()
  #closed = false
  readonly #whenClosed: (() => void)[] = []
  /** The reason for the end has been reported, or this side wanted it. */
  #explained = false
  #connected = false
  /** `end` has been emitted. */
  #ended = false
  #goodbye = false
  #left = false
  #stopTimer: () => void = () => {}
  /** A login that has succeeded is told before an end that the server sends right behind it. */
  #running: Promise<void> | undefined

  constructor(owner: Owner, settings: Settings, dialled: Dialled) {
    this.owner = owner
    this.settings = settings
    this.#dialled = dialled
    this.sock = dialled.sock
    this.#ready = new Promise((resolve) => { this.#becomeReady = resolve })
    this.#listen()
    this.#startTimer()
  }

  debug(text: string): void {
    if (this.settings.debug) tell(this.settings.debug, text)
  }

  tell(event: string, ...details: unknown[]): void {
    tell(() => { this.owner.emit(event, ...details) })
  }

  #listen(): void {
    const { sock } = this
    sock.on('timeout', () => this.tell('timeout'))
    sock.on('error', (error: Error) => this.#socketFailed(error))
    sock.on('end', () => {
      this.debug('Socket ended')
      this.#over()
      this.#tellEnd()
    })
    sock.on('close', () => this.#socketClosed())
    if (this.settings.timeout > 0) sock.setTimeout?.(this.settings.timeout)
    // A stream that is not a socket is already connected.
    if (sock.connecting === true) sock.once('connect', () => this.#begin())
    else tell(() => this.#begin())
  }

  #startTimer(): void {
    const { readyTimeout } = this.settings
    if (readyTimeout === 0) return
    // A stream that is not a socket does not keep the process running.
    this.#stopTimer = after(readyTimeout, () => {
      this.fail(clientError('Timed out while waiting for handshake', { level: 'client-timeout' }))
      this.sock.destroy()
    }, typeof this.sock.unref === 'function')
  }

  #begin(): void {
    if (this.#closed || this.#connected) return
    this.#connected = true
    this.debug('Socket connected')
    this.owner.emit('connect')
    if (!this.#closed) this.#running = this.#run()
  }

  async #run(): Promise<void> {
    try {
      const watch = this.#watch = new IdentificationWatch(this.#dialled.port(), (greeting) => { if (greeting !== '') this.tell('greeting', greeting) })
      const session = await Session.create(new PortTransport(watch))
      if (this.#closed) return session.free()
      this.#session = session
      holdOpens(session)
      listenForHostKeys(this, session)
      void session.ended().then(async (error) => {
        if (isLoggedIn(session)) await this.#running
        this.#sessionEnded(error)
      })
      this.sock.resume()
      this.tell('handshake', await handshake(this, session))
      await authenticate(this, session)
      await this.#loggedIn(session)
    } catch (error) {
      this.#stopTimer()
      this.#loginFailed(error)
    } finally {
      this.settings.forget()
    }
  }

  /** The login has succeeded. */
  async #loggedIn(session: Session): Promise<void> {
    await this.settings.judge.loggedIn()
    this.#stopTimer()
    if (this.#closed) return
    this.#keepAlive(session)
    watchExchanges(this, session)
    this.#becomeReady(session)
    this.tell('ready')
  }

  /** A failed login ends like `end()`: with a disconnect message. */
  #loginFailed(error: unknown): void {
    if (!this.#session || this.#session.failure || this.#closed) return this.#sessionEnded(error)
    this.fail(error as Error)
    this.end()
  }

  #keepAlive(session: Session): void {
    const { keepaliveInterval: interval, keepaliveCountMax: countMax } = this.settings
    if (interval > 0) startKeepalive(session, { interval, countMax })
  }

  /** The error that ends the connection. A second one is not reported. */
  fail(error: Error): void {
    if (this.#explained || this.#closed) return
    this.#explained = true
    this.tell('error', error)
  }

  #socketFailed(error: Error): void {
    this.debug(`Socket error: ${error.message}`)
    this.fail(this.settings.explainSocketError(error))
  }

  /** The session has ended, for whatever reason: the socket follows. */
  #sessionEnded(error: unknown): void {
    const why = whyEnded(error, { session: this.#session, identified: this.#watch?.seen ?? false })
    if (why) this.fail(why)
    this.#explained = true
    if (this.#session?.disconnected) this.#goodbye = true
    if (this.#session) void this.#session[CONTEXT].wire.close()
    else this.sock.end()
  }

  /** The peer has ended: without an identification there was no connection. */
  #over(): void {
    this.#stopTimer()
    if (this.#connected && !this.#watch?.seen) this.fail(clientError('Connection lost before handshake', { level: 'protocol', fatal: true }))
  }

  #tellEnd(): void {
    if (this.#ended) return
    this.#ended = true
    this.tell('end')
  }

  #socketClosed(): void {
    if (this.#closed) return
    this.debug('Socket closed')
    this.#over()
    this.#closed = true
    this.settings.forget()
    if (this.#goodbye) this.#tellEnd()
    this.tell('close')
    for (const channel of this.channels) channel.keepRest()
    this.#session?.free()
    for (const waiting of [...this.#asked]) tell(waiting, noResponse())
    this.#asked.clear()
    for (const callback of this.#whenClosed.splice(0)) tell(callback)
  }

  whenClosed(callback: () => void): void {
    if (this.#closed) tell(callback)
    else this.#whenClosed.push(callback)
  }

  get closed(): boolean {
    return this.#closed
  }

  get left(): boolean {
    return this.#left
  }

  get failure(): SSHError | undefined {
    return this.#session?.failure
  }

  get serverSoftware(): string {
    return /^SSH-[^-]*-(\S*)/.exec(this.#session?.bannerGet() ?? '')?.[1] ?? ''
  }

  ask<T>(work: (session: Session) => Promise<T>, callback: Callback<[result?: T]>, explain: (error: unknown) => Error = (error) => error as Error): void {
    if (this.#closed) return tell(() => callback(noResponse()))
    const gone = (error: Error) => callback(error)
    this.#asked.add(gone)
    const answer = (give: () => void) => { if (this.#asked.delete(gone)) give() }
    this.#ready.then(work).then(
      (result) => tell(answer, () => callback(undefined, result)),
      (error: unknown) => { if (!this.failure) tell(answer, () => callback(explain(error))) },
    )
  }

  /** Sends a disconnect message to the server, and ends the socket. */
  end(): void {
    this.#explained = this.#goodbye = this.#left = true
    if (this.#session && !this.#session.failure) this.#session.disconnect('')
    else this.sock.end()
  }

  destroy(): void {
    this.#explained = this.#left = true
    this.sock.destroy()
  }
}

/** False too where the session cannot be asked any more. */
function isLoggedIn(session: Session): boolean {
  try {
    return session.userauthAuthenticated()
  } catch {
    return false
  }
}
