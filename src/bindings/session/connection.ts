import { ChannelError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_CHANNEL_FAILURE } from '../../ffi/constants.gen.ts'
import type { ChannelPointer, OpeningPointer } from '../../ffi/exports.gen.ts'
import { encodeText } from '../../ffi/heap.ts'
import { bytes, port as checkedPort, wholeBigint, wholeNumber } from '../arguments.ts'
import type { AsyncCall } from '../async-call.ts'
import { Channel } from '../channel/channel.ts'
import { ChannelOpens } from '../channel-opens.ts'
import type { Listener } from '../listener/listener.ts'
import type { ScpStat } from '../scp.ts'
import type { Again, Prepare, SessionContext, Way } from '../session-context.ts'
import type { Handshake } from './handshake.ts'
import type { Session } from './session.ts'

/** Each connection in the queue may hold a window of 2 MiB. */
const LARGEST_QUEUE = 1024

const loadListener = () => import('../listener/listen.ts')
const loadScp = () => import('../scp.ts')

/** The connection layer (RFC 4254): the methods of `Session` that open channels and make the server listen. */
export class Connection {
  readonly session: Session
  readonly #context: SessionContext
  readonly #handshake: Handshake
  readonly #asyncCalls: AsyncCall
  readonly #opens: ChannelOpens

  constructor(session: Session, context: SessionContext, handshake: Handshake, asyncCalls: AsyncCall) {
    this.session = session
    this.#context = context
    this.#handshake = handshake
    this.#asyncCalls = asyncCalls
    this.#opens = new ChannelOpens(context)
  }

  channel(pointer: ChannelPointer): Channel {
    return new Channel(this.session, this.#context, pointer)
  }

  open(channelType: string, windowSize: number, packetSize: number, message: Uint8Array): Channel | Again {
    const sizes = [wholeNumber(windowSize, 'windowSize'), wholeNumber(packetSize, 'packetSize')] as const
    const call = ['open', channelType, ...sizes, bytes(message, 'message')]
    const context = this.#context
    const prepare = (opening?: OpeningPointer): Prepare<ChannelPointer> => (scope) => {
      const type = scope.utf8(channelType, 'channelType')
      const body = scope.bytes(bytes(message, 'message'))
      return (c, session) => opening === undefined
        ? c.libssh2_channel_open_ex(session, type.pointer, type.length, ...sizes, body.pointer, body.length)
        : c.glue_channel_open(session, opening, type.pointer, type.length, ...sizes, body.pointer, body.length)
    }
    // Calls from outside the driver cannot be told apart, so they take turns.
    if (!context.driver.current) return this.#open({ lane: context.lane, call }, prepare())
    const step = context.step(this.#opens.lane, call)
    if (context.failure) return this.#open({ step }, prepare())
    return this.#opens.attempt(step, (opening) => this.#open({ step }, prepare(opening)))
  }

  directTcpip(host: string, port: number, originatorHost: string, originatorPort: number): Channel | Again {
    return this.#open(this.#inTurn('direct-tcpip', host, port, originatorHost, originatorPort), (scope) => {
      const target = scope.utf8(host, 'host')
      const targetPort = checkedPort(port, 'port')
      const originator = scope.utf8(originatorHost, 'originatorHost')
      const from = checkedPort(originatorPort, 'originatorPort')
      return (c, session) => c.libssh2_channel_direct_tcpip_ex(session, target.pointer, targetPort, originator.pointer, from)
    })
  }

  directStreamlocal(path: string, originatorHost: string, originatorPort: number): Channel | Again {
    return this.#open(this.#inTurn('direct-streamlocal', path, originatorHost, originatorPort), (scope) => {
      const target = scope.utf8(path, 'path')
      const originator = scope.utf8(originatorHost, 'originatorHost')
      const from = checkedPort(originatorPort, 'originatorPort')
      return (c, session) => c.libssh2_channel_direct_streamlocal_ex(session, target.pointer, originator.pointer, from)
    })
  }

  listen(host: string | null, port: number, queueMaxsize: number): [listener: Listener, boundPort: number] | Again {
    this.#handshake.needComplete()
    const limit = wholeNumber(queueMaxsize, 'queueMaxsize', 1, LARGEST_QUEUE)
    checkedPort(port, 'port')
    if (host !== null) encodeText(host, 'host')
    return this.#asyncCalls.callWith([this, 'listen', host, port, limit], loadListener, ({ listen }) => listen(this.session, this.#context, host, port, limit))
  }

  listenStreamlocal(path: string, queueMaxsize: number): Listener | Again {
    this.#handshake.needComplete()
    const limit = wholeNumber(queueMaxsize, 'queueMaxsize', 1, LARGEST_QUEUE)
    encodeText(path, 'path')
    return this.#asyncCalls.callWith([this, 'listen', path, limit], loadListener, ({ listenStreamlocal }) => listenStreamlocal(this.session, this.#context, path, limit))
  }

  scpReceive(path: string): [channel: Channel, stat: ScpStat] | Again {
    this.#handshake.needComplete()
    encodeText(path, 'path')
    return this.#asyncCalls.callWith([this, 'scp', path], loadScp, ({ scpRecv2 }) => (
      scpRecv2(this.#context, path, (pointer, stat): [channel: Channel, stat: ScpStat] => [this.channel(pointer), stat])
    ))
  }

  scpSend(path: string, mode: number, size: number | bigint, mtime: number, atime: number): Channel | Again {
    this.#handshake.needComplete()
    encodeText(path, 'path')
    const bits = wholeNumber(mode, 'mode', 0, 0o7777)
    const numbers = [wholeBigint(size, 'size'), wholeBigint(mtime, 'mtime'), wholeBigint(atime, 'atime')] as const
    return this.#asyncCalls.callWith([this, 'scp', path, bits, ...numbers], loadScp, ({ scpSend64 }) => (
      scpSend64(this.#context, path, bits, numbers, (pointer) => this.channel(pointer))
    ))
  }

  /** Opens a channel: one at a time in a lane (law 5), or with its own state. A refusal by the server becomes a `ChannelError` with its reason. */
  #open(way: Way, prepare: Prepare<ChannelPointer>): Channel | Again {
    this.#handshake.needComplete()
    const context = this.#context
    try {
      return context.performForPointer(way, prepare, (pointer) => this.channel(pointer))
    } catch (error) {
      if (!(error instanceof ChannelError) || error.errno !== LIBSSH2_ERROR_CHANNEL_FAILURE) throw error
      const reason = context.plain((c, session) => c.glue_channel_open_reason(session))
      throw new ChannelError(error.message, { code: error.code, errno: error.errno, reason, description: error.description })
    }
  }

  /** The way of an opening whose state libssh2 keeps in the session. */
  #inTurn(...call: readonly unknown[]): Way {
    return { lane: this.#context.lane, call }
  }
}
