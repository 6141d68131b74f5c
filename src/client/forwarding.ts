import { connectAgent } from '#connect-tcp'
import type { Channel, Originator } from '../bindings/channel/channel.ts'
import type { Session } from '../bindings/session/session.ts'
import type { Transport } from '../runtime/transport.ts'
import { ChannelError } from '../errors/ssh-error.ts'
import { channelStream } from './channel-stream.ts'
import { join } from './join.ts'

/** What the server may ask for by opening a channel: each time a new stream to the agent. */
export type AgentOpener = () => Promise<Transport> | Transport

/** `true`: the agent at SSH_AUTH_SOCK. A string: the path of its socket. */
export type AgentForwarding = boolean | string | AgentOpener

export interface X11Forwarding {
  /** Opens a stream to the X server, for each window program's connection. */
  readonly connect: (originator: Originator) => Promise<Transport> | Transport
  /** Number of the X screen. */
  readonly screen?: number | undefined
  /** `MIT-MAGIC-COOKIE-1` if none is given. */
  readonly authProtocol?: string | undefined
  /** What programs on the server have to show to the X server, in hexadecimal digits; invented if none is given, which only X servers without a check accept. */
  readonly cookie?: string | undefined
  /** Only one connection is forwarded. */
  readonly singleConnection?: boolean | undefined
}

/** Serves the channels that the server opens for the agent and for X11, from the first request for it on. Of several agents or displays the last one given is used. */
export class IncomingForwarding {
  readonly #session: Session
  #agent: AgentOpener | undefined
  #x11: X11Forwarding['connect'] | undefined
  /** The loops that serve them, once begun. */
  #agents: Promise<void> | undefined
  #displays: Promise<void> | undefined

  constructor(session: Session) {
    this.#session = session
  }

  /** Asks for agent forwarding on a channel, before its command starts. */
  async requestAgent(channel: Channel, source: AgentForwarding, signal: AbortSignal | undefined): Promise<void> {
    const path = typeof source === 'string' ? source : undefined
    this.#agent = typeof source === 'function' ? source : () => connectAgent(path, undefined)
    try {
      await this.#session.complete(() => channel.requestAuthAgent(), { signal })
    } catch (error) {
      // OpenSSH forwards for the whole connection, and refuses to be asked again.
      if (!this.#agents || !(error instanceof ChannelError)) throw error
    }
    this.#agents ??= this.#serve(() => this.#session.acceptAgent(), (agent) => this.#join(agent, () => this.#agent?.()))
  }

  /** Asks for X11 forwarding on a channel, before its command starts. */
  async requestX11(channel: Channel, { connect, screen = 0, authProtocol, cookie, singleConnection = false }: X11Forwarding, signal: AbortSignal | undefined): Promise<void> {
    this.#x11 = connect
    await this.#session.complete(() => channel.x11ReqEx(singleConnection, authProtocol ?? null, cookie ?? null, screen), { signal })
    this.#displays ??= this.#serve(() => this.#session.acceptX11(),
      ({ channel: opened, originatorHost: host, originatorPort: port }) => this.#join(opened, () => this.#x11?.({ host, port })))
  }

  /** Until the session ends. */
  async #serve<T>(accept: () => T | -37, served: (opened: T) => Promise<void>): Promise<void> {
    try {
      for (;;) void served(await this.#session.complete(accept) as T)
    } catch {
      // The session has ended; whoever uses it hears why.
    }
  }

  /** What cannot be connected is closed: the program on the server sees EOF. */
  async #join(channel: Channel, connect: () => Promise<Transport> | Transport | undefined): Promise<void> {
    const stream = channelStream(channel)
    try {
      const target = await connect()
      if (target) return await join(stream, target)
    } catch {
      // The caller's connect() knows why.
    }
    await stream.close()
  }
}
