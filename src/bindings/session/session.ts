import type { Transport } from '../../runtime/transport.ts'
import { ChannelError } from '../../errors/ssh-error.ts'
import {
  LIBSSH2_CALLBACK_AUTHAGENT, LIBSSH2_CALLBACK_X11, LIBSSH2_CHANNEL_PACKET_DEFAULT, LIBSSH2_CHANNEL_WINDOW_DEFAULT, LIBSSH2_ERROR_CHANNEL_FAILURE,
} from '../../ffi/constants.gen.ts'
import type { Bytes, ChannelPointer, KnownHostsPointer, OpeningPointer } from '../../ffi/exports.gen.ts'
import { Instance, type InstanceOptions } from '../../ffi/instance.ts'
import { Agent } from '../agent.ts'
import { bytes, port as checkedPort, wholeNumber } from '../arguments.ts'
import { type Again, type Prepare, SessionContext, type Way } from '../session-context.ts'
import { Channel } from '../channel/channel.ts'
import { KnownHosts } from '../known-hosts.ts'
import { AsyncCall } from '../async-call.ts'
import { AcceptQueue } from '../listener/accept-queue.ts'
import { Listener } from '../listener/listener.ts'
import { ChannelOpens } from '../channel-opens.ts'
import type { PublickeySubsystem } from '../publickey/subsystem.ts'
import { type ScpStat, scpRecv2, scpSend64 } from '../scp.ts'
import { CONTEXT } from './transport.ts'
import type { Sftp } from '../sftp/sftp.ts'
import { SessionUserauth } from './userauth.ts'

export interface SessionOptions extends InstanceOptions {
  /** Shares this WebAssembly instance with other sessions. By default each session has its own, so that none can reach another's memory. */
  readonly instance?: Instance
  /**
   * Most bytes of WebAssembly memory that libssh2 may hold for this session: unread data of its channels above all, with a window of 2 MiB to 16 MiB each.
   * The session that needs more ends with `ERR_LIBSSH2_ALLOC`. Default 512 MiB; 256 KiB is the least.
   */
  readonly memoryLimit?: number | undefined
}

/** An X11 channel that the server opened, and where its connection came from. */
export interface IncomingX11 {
  readonly channel: Channel
  readonly originatorHost: string
  readonly originatorPort: number
}

/**
 * One SSH connection, non-blocking: the transport layer, authentication, and here the connection layer (RFC 4254).
 * Return codes as in ssh2-python: EAGAIN (-37) is returned, every other negative code is thrown as an `SSHError`.
 */
export class Session extends SessionUserauth {
  readonly #x11: AcceptQueue<IncomingX11>
  readonly #agents: AcceptQueue<Channel>
  readonly #asyncCalls: AsyncCall
  readonly #opens = new ChannelOpens(this[CONTEXT])

  private constructor(instance: Instance, transport: Transport, memoryLimit: number) {
    super((host) => new SessionContext(instance, transport, memoryLimit, {
      ...host,
      x11Open: (channel, originatorHost, originatorPort) => this.#x11.push({ channel: this.#channel(channel), originatorHost, originatorPort }),
      agentOpen: (channel) => this.#agents.push(this.#channel(channel)),
    }))
    this.#x11 = new AcceptQueue(this[CONTEXT])
    this.#agents = new AcceptQueue(this[CONTEXT])
    this.#asyncCalls = new AsyncCall(this[CONTEXT])
  }

  /**
   * Takes over `transport` and makes a session on it, in a WebAssembly instance of its own unless `options.instance` is given.
   * @throws SSHError if memory is exhausted. libssh2_session_init_ex.
   */
  static async create(transport: Transport, options: SessionOptions = {}): Promise<Session> {
    const memoryLimit = wholeNumber(options.memoryLimit ?? MEMORY_LIMIT, 'memoryLimit', LEAST_MEMORY)
    const instance = options.instance ?? await Instance.create(options)
    return new Session(instance, transport, memoryLimit)
  }

  #channel(pointer: ChannelPointer): Channel {
    return new Channel(this, this[CONTEXT], pointer)
  }

  /** Opens a channel: one at a time in a lane (law 5), or with what it needs for itself. */
  #open(way: Way, prepare: Prepare<ChannelPointer>): Channel | Again {
    this.needHandshake()
    return this.#opened(() => this[CONTEXT].performForPointer(way, prepare, (pointer) => this.#channel(pointer)))
  }

  /** The way of an opening that libssh2 keeps in the session. */
  #inTurn(...call: readonly unknown[]): Way {
    return { lane: this[CONTEXT].lane, call }
  }

  /** A refusal by the server becomes a `ChannelError` with its reason. */
  #opened<T>(open: () => T): T {
    try {
      return open()
    } catch (error) {
      if (!(error instanceof ChannelError) || error.errno !== LIBSSH2_ERROR_CHANNEL_FAILURE) throw error
      const reason = this[CONTEXT].plain((c, session) => c._glue_channel_open_reason(session))
      throw new ChannelError(error.message, { code: error.code, errno: error.errno, reason })
    }
  }

  /** Opens a channel of type `session`. @returns the channel, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_open_session. */
  openSession(): Channel | Again {
    return this.openSessionEx()
  }

  /**
   * Opens a channel of any type (RFC 4254 section 5.1).
   * @param windowSize bytes that the server may send before a window adjust. @param packetSize largest packet that it may send.
   * @returns the channel, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_open_ex.
   */
  openSessionEx(channelType = 'session', windowSize: number = LIBSSH2_CHANNEL_WINDOW_DEFAULT, packetSize: number = LIBSSH2_CHANNEL_PACKET_DEFAULT, message: Uint8Array = new Uint8Array(0)): Channel | Again {
    const sizes = [wholeNumber(windowSize, 'windowSize'), wholeNumber(packetSize, 'packetSize')] as const
    const call = ['open', channelType, ...sizes, bytes(message, 'message')]
    const context = this[CONTEXT]
    const prepare = (opening?: OpeningPointer): Prepare<ChannelPointer> => (scope) => {
      const type = scope.utf8(channelType, 'channelType')
      const body = scope.bytes(bytes(message, 'message'))
      return (c, session) => opening === undefined
        ? c._libssh2_channel_open_ex(session, type.pointer, type.length, ...sizes, body.pointer, body.length)
        : c._glue_channel_open(session, opening, type.pointer, type.length, ...sizes, body.pointer, body.length)
    }
    // Calls from outside the driver cannot be told apart: they take turns.
    if (!context.driver.current) return this.#open({ lane: context.lane, call }, prepare())
    const step = context.step(this.#opens.lane, call)
    if (context.failure) return this.#open({ step }, prepare())
    return this.#opens.attempt(step, (opening) => this.#open({ step }, prepare(opening)))
  }

  /** Opens a TCP connection from the server to `host` (RFC 4254 section 7.2). @returns the channel, or EAGAIN. libssh2_channel_direct_tcpip. */
  directTcpip(host: string, port: number): Channel | Again {
    return this.directTcpipEx(host, port, '127.0.0.1', 22)
  }

  /** As `directTcpip`, naming where the connection comes from. libssh2_channel_direct_tcpip_ex. */
  directTcpipEx(host: string, port: number, originatorHost: string, originatorPort: number): Channel | Again {
    return this.#open(this.#inTurn('direct-tcpip', host, port, originatorHost, originatorPort), (scope) => {
      const target = scope.utf8(host, 'host')
      const targetPort = checkedPort(port, 'port')
      const originator = scope.utf8(originatorHost, 'originatorHost')
      const from = checkedPort(originatorPort, 'originatorPort')
      return (c, session) => c._libssh2_channel_direct_tcpip_ex(session, target.pointer, targetPort, originator.pointer, from)
    })
  }

  /** Opens a connection to a Unix socket on the server (OpenSSH PROTOCOL section 2.4). @returns the channel, or EAGAIN. libssh2_channel_direct_streamlocal_ex. */
  directStreamlocalEx(path: string, originatorHost = '127.0.0.1', originatorPort = 22): Channel | Again {
    return this.#open(this.#inTurn('direct-streamlocal', path, originatorHost, originatorPort), (scope) => {
      const target = scope.utf8(path, 'path')
      const originator = scope.utf8(originatorHost, 'originatorHost')
      const from = checkedPort(originatorPort, 'originatorPort')
      return (c, session) => c._libssh2_channel_direct_streamlocal_ex(session, target.pointer, originator.pointer, from)
    })
  }

  /** As `forwardListenEx`, on all addresses of the server. @returns the listener, or EAGAIN. libssh2_channel_forward_listen. */
  forwardListen(port: number): Listener | Again {
    const listening = this.forwardListenEx(null, port)
    return Array.isArray(listening) ? listening[0] : listening
  }

  /**
   * Has the server listen on a port and open a channel for each connection to it (RFC 4254 section 7.1).
   * @param host address that the server binds to; `null` for all of them, as `0.0.0.0`. @param port 0: the server chooses one.
   * @param queueMaxsize most connections that wait to be accepted; the server hears of others that they are refused.
   * @returns `[listener, boundPort]`, or EAGAIN. @throws SSHError `ERR_LIBSSH2_REQUEST_DENIED` if the server refuses. libssh2_channel_forward_listen_ex.
   */
  forwardListenEx(host: string | null, port: number, queueMaxsize = 16): [listener: Listener, boundPort: number] | Again {
    this.needHandshake()
    const context = this[CONTEXT]
    const wanted = checkedPort(port, 'port')
    const limit = wholeNumber(queueMaxsize, 'queueMaxsize', 1, LARGEST_QUEUE)
    let bound = 0 as Bytes
    return context.performForPointer(this.#inTurn('forwardListen', host, port, queueMaxsize), (scope) => {
      const address = host === null ? 0 as Bytes : scope.utf8(host, 'host').pointer
      bound = scope.out()
      return (c, session) => c._libssh2_channel_forward_listen_ex(session, address, wanted, bound, limit)
    }, (pointer): [listener: Listener, boundPort: number] => {
      const boundPort = context.heap.u32(bound)
      return [new Listener(this, context, pointer, boundPort), boundPort]
    })
  }

  /**
   * Has the server listen on a Unix socket and open a channel for each connection to it (OpenSSH PROTOCOL section 2.4). @param path of the socket on the server.
   * @param queueMaxsize as in `forwardListenEx`.
   * @returns the listener, whose port is 0, or EAGAIN. @throws SSHError `ERR_LIBSSH2_REQUEST_DENIED` if the server refuses. libssh2_channel_forward_listen_streamlocal (our patch).
   */
  forwardListenStreamlocal(path: string, queueMaxsize = 16): Listener | Again {
    this.needHandshake()
    const context = this[CONTEXT]
    const limit = wholeNumber(queueMaxsize, 'queueMaxsize', 1, LARGEST_QUEUE)
    return context.performForPointer(this.#inTurn('forwardListenStreamlocal', path, limit), (scope) => {
      const socket = scope.utf8(path, 'path').pointer
      return (c, session) => c._libssh2_channel_forward_listen_streamlocal(session, socket, limit)
    }, (pointer) => new Listener(this, context, pointer, 0, path))
  }

  /** Starts the SFTP subsystem on a channel of its own. @returns the object, or EAGAIN. libssh2_sftp_init. */
  sftpInit(): Sftp | Again {
    this.needHandshake()
    const context = this[CONTEXT]
    return this.#asyncCalls.callWith([this, 'sftpInit'], () => import('../sftp/sftp.ts'), ({ Sftp }) => (
      context.performForPointer(this.#inTurn('sftpInit'), () => (c, session) => c._libssh2_sftp_init(session), (pointer) => new Sftp(this, context, pointer))
    ))
  }

  /**
   * Has the server send a file over SCP. Read `stat.filesize` bytes and a zero, and write a zero back.
   * @returns `[channel, stat]`, or EAGAIN. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if the server refuses. libssh2_scp_recv2.
   */
  scpRecv2(path: string): [channel: Channel, stat: ScpStat] | Again {
    this.needHandshake()
    return scpRecv2(this[CONTEXT], path, (pointer, stat): [channel: Channel, stat: ScpStat] => [this.#channel(pointer), stat])
  }

  /**
   * Has the server take a file over SCP. Write `size` bytes and a zero, and read a zero back. Without `mtime` and `atime`, in seconds since 1970, its times are now.
   * @returns the channel, or EAGAIN. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if the server refuses. libssh2_scp_send64.
   */
  scpSend64(path: string, mode: number, size: number | bigint, mtime = 0, atime = 0): Channel | Again {
    this.needHandshake()
    return scpSend64(this[CONTEXT], path, mode, size, mtime, atime, (pointer) => this.#channel(pointer))
  }

  /** Starts the public key subsystem on a channel of its own. @returns the object, or EAGAIN. @throws ChannelError if the server has none. libssh2_publickey_init. */
  publickeyInit(): PublickeySubsystem | Again {
    this.needHandshake()
    const open = async () => (await import('../publickey/subsystem.ts')).PublickeySubsystem.open(this, this[CONTEXT], () => this.openSession())
    return this.#asyncCalls.call([this, 'publickeyInit'], open, true)
  }

  /** An agent, not connected yet. libssh2_agent_init. */
  agentInit(): Agent {
    return new Agent(this, this[CONTEXT])
  }

  /** An empty collection of known hosts. @throws SSHError if memory is exhausted. libssh2_knownhost_init. */
  knownhostInit(): KnownHosts {
    const context = this[CONTEXT]
    return new KnownHosts(this, context, context.plain((c, session) => context.orLastError(c._libssh2_knownhost_init(session))) as KnownHostsPointer)
  }

  /** From now on the server may open X11 channels; before, they are refused. `Channel.x11Req` calls it. */
  listenForX11(on = true): void {
    this.listen(LIBSSH2_CALLBACK_X11, on)
  }

  /** From now on the server may open agent channels; before, they are refused. `Channel.requestAuthAgent` calls it. */
  listenForAgents(on = true): void {
    this.listen(LIBSSH2_CALLBACK_AUTHAGENT, on)
  }

  /** The next X11 channel that the server opened, or EAGAIN. LIBSSH2_CALLBACK_X11; RFC 4254 section 6.3.2. */
  acceptX11(): IncomingX11 | Again {
    return this.#x11.accept()
  }

  /** The next `auth-agent@openssh.com` channel that the server opened, or EAGAIN. LIBSSH2_CALLBACK_AUTHAGENT. */
  acceptAgent(): Channel | Again {
    return this.#agents.accept()
  }
}

/** A quarter of what WebAssembly memory may grow to here. */
const MEMORY_LIMIT = 512 << 20
/** A session alone needs less than half of it. */
const LEAST_MEMORY = 256 << 10

/** Each connection in the queue may hold a window of 2 MiB. */
const LARGEST_QUEUE = 1024
