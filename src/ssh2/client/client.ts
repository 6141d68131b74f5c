import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Channel as BoundChannel } from '../../bindings/channel/channel.ts'
import type { Session } from '../../bindings/session/session.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { Channel, type ChannelType } from '../channel/channel.ts'
import { openBound } from '../channel/open.ts'
import { type PseudoTtyOptions, type Start, startSession } from '../channel/start.ts'
import { AgentForwarding } from '../forwarding/agent.ts'
import { Listeners } from '../forwarding/listeners.ts'
import type { Wanting } from '../forwarding/wanted.ts'
import { X11Forwarding, type X11Options } from '../forwarding/x11.ts'
import { type Callback, ignore } from '../tell.ts'
import type { ConnectConfig } from './connect-config.ts'
import { Connection } from './connection.ts'
import { clientError } from './errors.ts'
import type { ClientEvents } from './events.ts'
import { granted } from './global-request.ts'
import type { Sock } from './link.ts'
import { needOpenSsh } from './openssh.ts'
import { readSettings } from './settings.ts'
import { dial, given, isWritable } from './socket.ts'
import type { SFTPWrapper } from '../sftp/wrapper.ts'

/** Options of a command or shell. */
export interface SessionOptions {
  /** Variables; a name that the server refuses is no error. */
  env?: NodeJS.ProcessEnv | null | undefined
  x11?: X11Options | number | boolean | null | undefined
  agentForward?: boolean | undefined
}

export interface ExecOptions extends SessionOptions {
  pty?: PseudoTtyOptions | boolean | null | undefined
  /** False: the channel is closed when its input has ended. */
  allowHalfOpen?: boolean | undefined
}

/** Options of a shell. */
export type ShellOptions = SessionOptions

/** Receives a channel, or the error. */
export type ClientCallback = (error: Error | undefined, channel: Channel) => void
/** Receives the port that the server listens on. */
export type ClientForwardCallback = (error: Error | undefined, port: number) => void
/** Receives SFTP, or the error. */
export type ClientSFTPCallback = (error: Error | undefined, sftp: SFTPWrapper) => void

/** The parts of one connection. */
class Rooms {
  readonly connection: Connection
  readonly listeners: Listeners
  readonly agents: AgentForwarding
  readonly x11: X11Forwarding

  constructor(connection: Connection) {
    this.connection = connection
    this.listeners = new Listeners(connection)
    this.agents = new AgentForwarding(connection)
    this.x11 = new X11Forwarding(connection)
  }
}

/** The client of `ssh2`: callbacks, events and Node's streams. */
export class Client extends EventEmitter<ClientEvents> {
  /** The target of the last `connect`. */
  config: { host?: string | undefined, port?: number | undefined, username?: string | undefined } = {}
  /** The stream below the connection. */
  _sock: Duplex | undefined
  #rooms: Rooms | undefined

  /** Starts to connect; ends an existing connection first. @throws Error for invalid options, including a bad key */
  connect(config: ConnectConfig): this {
    if (isWritable(this._sock)) {
      this.once('close', () => { this.connect(config) })
      return this.end()
    }
    const settings = readSettings(config, (about) => { this.emit('unknown host key', about) })
    const { host, port, login: { username } } = settings
    this.config = { host, port, username }
    try {
      const dialled = config.sock ? given(config.sock as Sock) : dial(settings)
      this._sock = dialled.sock
      this.#rooms = new Rooms(new Connection(this as unknown as Connection['owner'], settings, dialled))
    } catch (error) {
      settings.forget()
      throw error
    }
    return this
  }

  /** @throws Error `Not connected` */
  #connected(): Rooms {
    if (!this.#rooms || !isWritable(this._sock)) throw new Error('Not connected')
    return this.#rooms
  }

  /** Runs a command. @throws Error `Not connected` */
  exec(command: string, options: ExecOptions, callback: ClientCallback): this
  exec(command: string, callback: ClientCallback): this
  exec(command: string, options: ExecOptions | ClientCallback, callback?: ClientCallback): this {
    const rooms = this.#connected()
    if (typeof options === 'function') return this.exec(command, {}, options)
    const { allowHalfOpen, pty } = options ?? {}
    startSession(rooms.connection, {
      subtype: 'exec', begin: (channel) => channel.execute(String(command)), refused: 'Unable to exec', allowHalfOpen: allowHalfOpen !== false,
      pty: pty === true ? {} : typeof pty === 'object' && pty !== null ? pty : undefined, ...this.#asking(rooms, options ?? {}),
    }, callback as Callback<[channel?: Channel]>)
    return this
  }

  /** Starts the login shell, in a terminal unless `window` is false. @throws Error `Not connected` */
  shell(window: PseudoTtyOptions | false, options: ShellOptions, callback: ClientCallback): this
  shell(window: PseudoTtyOptions | false, callback: ClientCallback): this
  shell(options: ShellOptions, callback: ClientCallback): this
  shell(callback: ClientCallback): this
  shell(...given: unknown[]): this {
    const rooms = this.#connected()
    const callback = given.find((value) => typeof value === 'function') as Callback<[channel?: Channel]>
    const [first, second] = given.filter((value) => typeof value !== 'function') as [PseudoTtyOptions & ShellOptions | false | null | undefined, ShellOptions | undefined]
    const isOptions = Boolean(first) && ((first as ShellOptions).x11 !== undefined || (first as ShellOptions).env !== undefined)
    const options = (isOptions ? first as ShellOptions : second) ?? {}
    const pty = isOptions ? {} : first === false ? undefined : first ?? {}
    startSession(rooms.connection, { subtype: 'shell', begin: (channel) => channel.shell(), refused: 'Unable to open shell', pty, ...this.#asking(rooms, options) }, callback)
    return this
  }

  /** What is requested before something starts. */
  #asking({ connection, agents, x11: windows }: Rooms, { env, x11, agentForward }: SessionOptions): Pick<Start, 'env' | 'forwardings' | 'started' | 'failed'> {
    const { agent, agentForward: always } = connection.settings
    const lends = agent && (always || agentForward === true)
    const wanted: Wanting[] = []
    const ended = () => { for (const one of wanted.splice(0)) one.end() }
    const shows = typeof x11 === 'number' || x11 === true || (typeof x11 === 'object' && x11 !== null)
    return {
      env: env ?? {},
      forwardings: [
        ...lends ? [async (session: Session, channel: BoundChannel) => { wanted.push(await agents.request(session, channel, agent)) }] : [],
        ...shows ? [async (session: Session, channel: BoundChannel) => { wanted.push(await windows.request(session, channel, x11 as X11Options | number | true)) }] : [],
      ],
      started: (channel: Channel) => { channel.once('close', ended) },
      failed: ended,
    }
  }

  /** Starts a subsystem. @throws Error `Not connected` */
  subsys(name: string, callback: ClientCallback): this {
    const { connection } = this.#connected()
    startSession(connection, { subtype: 'subsystem', begin: (channel) => channel.subsystem(name), refused: `Unable to start subsystem: ${name}`, forwardings: [] }, callback as Callback<[channel?: Channel]>)
    return this
  }

  /** Starts SFTP. @throws Error `Not connected` */
  sftp(env: NodeJS.ProcessEnv | undefined, callback: ClientSFTPCallback): this
  sftp(callback: ClientSFTPCallback): this
  sftp(env: NodeJS.ProcessEnv | undefined | ClientSFTPCallback, callback?: ClientSFTPCallback): this {
    const { connection } = this.#connected()
    if (typeof env === 'function') return this.sftp(undefined, env)
    connection.ask(async (session) => (await import('../sftp/index.ts')).openSftp(connection, session, env), callback as Callback<[sftp?: SFTPWrapper]>)
    return this
  }

  /** Opens a connection from the server to a host and port. @throws Error `Not connected` */
  forwardOut(srcIP: string, srcPort: number, dstIP: string, dstPort: number, callback: ClientCallback = ignore): this {
    return this.#open('direct-tcpip', () => new WireWriter().string(String(dstIP)).uint32(Number(dstPort)).string(String(srcIP)).uint32(Number(srcPort)).finish(), callback)
  }

  /** Opens a connection from the server to a Unix socket there. @throws Error `Not connected` */
  openssh_forwardOutStreamLocal(socketPath: string, callback: ClientCallback = ignore): this {
    this.#connected()
    needText(socketPath, 'socketPath')
    return this.#open('direct-streamlocal@openssh.com', () => new WireWriter().string(socketPath).string('').uint32(0).finish(), callback, needOpenSsh)
  }

  #open(type: ChannelType, target: () => Uint8Array, callback: ClientCallback, check: typeof needOpenSsh = ignore): this {
    const { connection } = this.#connected()
    const message = target()
    connection.ask(async (session) => {
      check(connection)
      return openBound(connection, session, () => session.openSessionEx(type, undefined, undefined, message))
    }, (error, bound) => error || !bound ? callback(error, undefined as never) : callback(undefined, new Channel(connection, bound, { type })))
    return this
  }

  /** Asks the server to listen on a port: `tcp connection` reports each connection. @throws Error `Not connected` */
  forwardIn(remoteAddr: string, remotePort: number, callback: ClientForwardCallback = ignore): this {
    this.#connected()
    needText(remoteAddr, 'remoteAddr')
    this.#connected().listeners.listen(remoteAddr, remotePort, callback as Callback<[port?: number]>)
    return this
  }

  /** Ends what `forwardIn` started. @throws Error `Not connected` */
  unforwardIn(remoteAddr: string, remotePort: number, callback: Callback = ignore): this {
    this.#connected()
    needText(remoteAddr, 'remoteAddr')
    this.#connected().listeners.unlisten(remoteAddr, remotePort, callback)
    return this
  }

  /** Asks the server to listen on a Unix socket: `unix connection` reports each connection. @throws Error `Not connected` */
  openssh_forwardInStreamLocal(socketPath: string, callback: Callback = ignore): this {
    this.#connected()
    needText(socketPath, 'socketPath')
    return this.#vendor(callback, ({ listeners }, told) => listeners.listenUnix(socketPath, told))
  }

  /** Ends what `openssh_forwardInStreamLocal` started. @throws Error `Not connected` */
  openssh_unforwardInStreamLocal(socketPath: string, callback: Callback = ignore): this {
    this.#connected()
    needText(socketPath, 'socketPath')
    return this.#vendor(callback, ({ listeners }, told) => listeners.unlistenUnix(socketPath, told))
  }

  /** Tells the server to open no more sessions, for anybody. @throws Error `Not connected` */
  openssh_noMoreSessions(callback: Callback = ignore): this {
    return this.#vendor(callback, ({ connection }, told) => connection.ask(async (session) => {
      if (!await granted(session, 'no-more-sessions@openssh.com')) throw clientError('Unable to disable future sessions')
    }, (error) => told(error)))
  }

  #vendor(callback: Callback, ask: (rooms: Rooms, told: Callback) => void): this {
    const rooms = this.#connected()
    rooms.connection.ask(async () => needOpenSsh(rooms.connection), (error) => error ? callback(error) : ask(rooms, callback))
    return this
  }

  /** Re-keys; emits `handshake` and `rekey`. @throws Error `Not connected` */
  rekey(callback: Callback = ignore): this {
    const { connection } = this.#connected()
    connection.ask(async (session) => {
      await session.complete(() => session.rekey())
    }, (error) => callback(error))
    return this
  }

  /** Sets Nagle's algorithm, which is off from the start: small writes are sent at once. */
  setNoDelay(noDelay = true): this {
    (this._sock as Sock | undefined)?.setNoDelay?.(noDelay)
    return this
  }

  /** Sends a disconnect message to the server, and ends the socket. */
  end(): this {
    if (isWritable(this._sock)) this.#rooms?.connection.end()
    return this
  }

  /** Destroys the socket. */
  destroy(): this {
    if (isWritable(this._sock)) this.#rooms?.connection.destroy()
    return this
  }
}

/** @throws TypeError for a value that is no text, as `ssh2` does before it sends anything */
function needText(value: unknown, name: string): void {
  if (typeof value !== 'string') throw new TypeError(`The "${name}" argument must be of type string`)
}
