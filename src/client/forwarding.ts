import { connectAgent } from '#connect-tcp'
import type { Channel, Originator } from '../bindings/channel/channel.ts'
import type { Again } from '../bindings/session-context.ts'
import type { IncomingX11 as IncomingChannel, Session } from '../bindings/session/session.ts'
import { inAnotherTurn } from '../core/turn.ts'
import type { Transport } from '../runtime/transport.ts'
import { ChannelError } from '../errors/ssh-error.ts'
import { boundAgent } from './bound-agent.ts'
import { type ChannelStream, channelStream } from './channel-stream.ts'
import { join } from './join.ts'

/** Opens a new stream to the agent each time the server opens a channel to it. */
export type AgentOpener = () => Promise<Transport> | Transport

/** `true`: the agent at SSH_AUTH_SOCK. A string: the path of its socket. */
export type AgentForwarding = boolean | string | AgentOpener

export interface X11Forwarding {
  /** Opens a stream to the X server for each X client's connection. */
  readonly connect: (originator: Originator) => Promise<Transport> | Transport
  /** Number of the X screen. */
  readonly screen?: number | undefined
  /** `MIT-MAGIC-COOKIE-1` by default. */
  readonly authProtocol?: string | undefined
  /** The cookie that programs on the server present to the X server, in hexadecimal digits. A random one by default, which only X servers without access control accept. */
  readonly cookie?: string | undefined
  /** Only the first connection is forwarded. */
  readonly singleConnection?: boolean | undefined
}

/** What one command requested. It is served until the command ends. */
class Request implements Disposable {
  readonly connect: (originator: Originator, closed: Promise<void>) => Promise<Transport> | Transport
  readonly once: boolean
  /** Its only connection has been made, or the command has ended. */
  spent = false
  readonly #ended: () => void

  /** @param connect gets what resolves when the channel that the server has opened is over. */
  constructor(connect: Request['connect'], once: boolean, ended: () => void) {
    this.connect = connect
    this.once = once
    this.#ended = ended
  }

  [Symbol.dispose](): void {
    this.spent = true
    this.#ended()
  }
}

/** The most connections of one kind that a server may hold open at once: each costs a channel here and a socket beside it. */
const MOST_AT_ONCE = 100

/**
 * Serves the channels of one kind that the server opens, as long as a command wants them. The server does not say which of several commands a channel
 * belongs to. So the last request is used, and open channels end with the last command, since each may belong to it.
 */
class Incoming {
  readonly #session: Session
  readonly #accept: () => IncomingChannel | Again
  readonly #listen: (on: boolean) => void
  readonly #requests: Request[] = []
  readonly #streams = new Set<ChannelStream>()
  #serving = false

  constructor(session: Session, accept: () => IncomingChannel | Again, listen: (on: boolean) => void) {
    this.#session = session
    this.#accept = accept
    this.#listen = listen
  }

  get used(): boolean {
    return this.#serving
  }

  add(connect: Request['connect'], once: boolean): Request {
    const request: Request = new Request(connect, once, () => {
      this.#requests.splice(this.#requests.indexOf(request), 1)
      if (this.#requests.length === 0) for (const stream of this.#streams) void stream.close()
      this.#stopUnlessWanted()
    })
    this.#requests.push(request)
    if (!this.#serving) void this.#serve()
    this.#serving = true
    return request
  }

  #wanting(): Request | undefined {
    return this.#requests.findLast(({ spent }) => !spent)
  }

  /** libssh2 refuses channels that nobody wants, without creating them. */
  #stopUnlessWanted(): void {
    if (!this.#wanting() && !this.#session.failure) this.#listen(false)
  }

  /** Runs until the session ends. */
  async #serve(): Promise<void> {
    try {
      for (;;) {
        const opened = await this.#session.complete(this.#accept) as IncomingChannel
        // What came before it may have ended the command, or refused it: those who wait for that have their turn first.
        await new Promise<void>(inAnotherTurn)
        const request = this.#wanting()
        if (request && this.#streams.size < MOST_AT_ONCE) void this.#join(request, opened)
        else opened.channel[Symbol.dispose]()
      }
    } catch {
      // The session has ended; its other users see the reason.
    }
  }

  /** If the connection fails, the channel is closed and the program on the server sees EOF. */
  async #join(request: Request, { channel, originatorHost: host, originatorPort: port }: IncomingChannel): Promise<void> {
    const stream = channelStream(channel)
    this.#streams.add(stream)
    request.spent ||= request.once
    this.#stopUnlessWanted()
    try {
      await join(stream, await request.connect({ host, port }, stream.closed()))
    } catch {
      // The caller's connect() knows why.
    }
    await stream.close()
    this.#streams.delete(stream)
  }
}

/** What a session forwards when the server opens a channel. */
class Forwardings {
  readonly #session: Session
  readonly #agents: Incoming
  readonly #displays: Incoming

  constructor(session: Session) {
    this.#session = session
    this.#agents = new Incoming(session, () => agentChannel(session.acceptAgent()), (on) => session.listenForAgents(on))
    this.#displays = new Incoming(session, () => session.acceptX11(), (on) => session.listenForX11(on))
  }

  /** Requests agent forwarding on a channel, before its command starts. Dispose of the result when the command has ended. */
  async requestAgent(channel: Channel, source: AgentForwarding, signal: AbortSignal | undefined): Promise<Disposable> {
    const path = typeof source === 'string' ? source : undefined
    const asked = this.#agents.used
    const open = typeof source === 'function' ? source : () => connectAgent(path, undefined)
    const request = this.#agents.add((_, closed) => boundAgent(this.#session, open, closed), false)
    return this.#asked(request, () => channel.requestAuthAgent(), signal).catch((error: unknown) => {
      // OpenSSH forwards for the whole connection, and refuses a second request.
      if (asked && error instanceof ChannelError) return request
      request[Symbol.dispose]()
      throw error
    })
  }

  /** Requests X11 forwarding on a channel, before its command starts. Dispose of the result when the command has ended. */
  async requestX11(channel: Channel, { connect, screen = 0, authProtocol, cookie, singleConnection = false }: X11Forwarding, signal: AbortSignal | undefined): Promise<Disposable> {
    const request = this.#displays.add(connect, singleConnection)
    return this.#asked(request, () => channel.x11ReqEx(singleConnection, authProtocol ?? null, cookie ?? null, screen), signal).catch((error: unknown) => {
      request[Symbol.dispose]()
      throw error
    })
  }

  async #asked(request: Request, call: () => number, signal: AbortSignal | undefined): Promise<Request> {
    await this.#session.complete(call, { signal })
    return request
  }
}

/** An agent's channel does not say where it comes from. */
function agentChannel(channel: Channel | Again): IncomingChannel | Again {
  return typeof channel === 'number' ? channel : { channel, originatorHost: '', originatorPort: 0 }
}

const ofSessions = new WeakMap<Session, Forwardings>()

/** The forwardings of `session`, created on the first call. */
export function forwardingsOf(session: Session): Forwardings {
  const known = ofSessions.get(session) ?? new Forwardings(session)
  ofSessions.set(session, known)
  return known
}
