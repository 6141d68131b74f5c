import type { Socket } from 'node:net'
import { reasonOf } from '../../errors/reason-of.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { aboutConnection } from '../connect/about.ts'
import { type ControlSocket, listenAt } from './control-socket.ts'
import { readForward } from './forward-message.ts'
import { Frames } from './frames.ts'
import { INFO_EXTENSION, INFO_KNOWN, MUX, MUX_VERSION, X11_EXTENSION } from './messages.ts'
import { serveProxy } from './proxy-server.ts'
import type { Shared } from './shared.ts'

/** Bytes that carry the descriptors of a session, and of `-W`: Node cannot take descriptors, and drops them. */
const DESCRIPTORS = { [MUX.newSession]: 3, [MUX.newStdioForward]: 2 } as const

/** What becomes of a master. */
export interface MasterEvents {
  /** `-O exit`: the connection is to be closed now. */
  readonly exit: () => void
  /** The number of programs that use the connection has changed, or `-O stop` has come. */
  readonly changed: () => void
}

/** The master of a shared connection: other programs of the same user reach it at its socket (OpenSSH's PROTOCOL.mux; ControlMaster, ControlPath). */
export class Master {
  readonly #shared: Shared
  readonly #events: MasterEvents
  #socket: ControlSocket | undefined
  readonly #sockets = new Set<Socket>()
  #sessions = 0
  #idle = () => {}

  private constructor(shared: Shared, events: MasterEvents) {
    this.#shared = shared
    this.#events = events
  }

  /** @returns undefined if something stands at the path already. @throws SSHError `ERR_CONTROL_SOCKET`, or the error of listening */
  static async listen(path: string, shared: Shared, events: MasterEvents): Promise<Master | undefined> {
    const master = new Master(shared, events)
    master.#socket = await listenAt(path, (socket) => void master.#accept(socket))
    return master.#socket && master
  }

  /** Programs that use the connection now. */
  get sessions(): number {
    return this.#sessions
  }

  /** Whether other programs can still come. */
  get listening(): boolean {
    return this.#socket !== undefined
  }

  /** Takes no more programs, and removes the socket. */
  stop(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  /** Takes no more programs, and resolves when none is left. */
  async finish(): Promise<void> {
    this.stop()
    while (this.#sessions > 0) await new Promise<void>((resolve) => { this.#idle = resolve })
  }

  /** Ends at once, and cuts off the programs that are left. */
  close(): void {
    this.stop()
    for (const socket of this.#sockets) socket.destroy()
  }

  async #accept(socket: Socket): Promise<void> {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const frames = new Frames(socket)
    try {
      void frames.send(new WireWriter().uint32(MUX.hello).uint32(MUX_VERSION).string(X11_EXTENSION).string('').string(INFO_EXTENSION).string('0').finish())
      const hello = await frames.next()
      if (!hello) return
      const message = new WireReader(hello)
      if (message.uint32() !== MUX.hello || message.uint32() !== MUX_VERSION) return
      for (let next = await frames.next(); next; next = await frames.next()) if (!await this.#serve(frames, new WireReader(next))) return
    } catch (error) {
      this.#shared.person.tell(`control socket: ${reasonOf(error)}`, 'DEBUG')
    } finally {
      socket.end()
    }
  }

  /** One message. @returns whether more may follow. @throws WireFormatError */
  async #serve(frames: Frames, message: WireReader): Promise<boolean> {
    const type = message.uint32(), id = message.uint32()
    const { config } = this.#shared
    const answer = (kind: number, write: (writer: WireWriter) => void = () => {}) => {
      const writer = new WireWriter().uint32(kind).uint32(id)
      write(writer)
      return frames.send(writer.finish())
    }
    const allowed = async (question: string) => {
      if (!this.#shared.confirm || await this.#shared.confirm(question)) return true
      await answer(MUX.permissionDenied, (writer) => writer.string('Permission denied'))
      return false
    }
    if (type === MUX.aliveCheck) await answer(MUX.alive, (writer) => writer.uint32(process.pid))
    else if (type === MUX.info) {
      const text = this.#info(message.text())
      await answer(MUX.informed, (writer) => writer.uint32(text === undefined ? 0 : INFO_KNOWN).string(text ?? ''))
    } else if (type === MUX.terminate) {
      if (!await allowed(`Terminate shared connection to ${config.host}? `)) return true
      await answer(MUX.ok)
      frames.socket.end(() => this.#events.exit())
      return false
    } else if (type === MUX.stopListening) {
      if (!await allowed(`Disable further multiplexing on shared connection to ${config.host}? `)) return true
      this.stop()
      await answer(MUX.ok)
      this.#events.changed()
    } else if (type === MUX.openForward || type === MUX.closeForward) await this.#forward(type === MUX.openForward, message, answer, allowed)
    else if (type === MUX.proxy) {
      if (!await allowed(`Allow shared connection to ${config.host}? `)) return true
      await answer(MUX.proxied)
      await this.#counted(() => serveProxy(this.#shared, frames))
      return false
    } else {
      await frames.skip(DESCRIPTORS[type as keyof typeof DESCRIPTORS] ?? 0)
      await answer(MUX.failure, (writer) => writer.string('this master takes no descriptors: use -O proxy'))
    }
    return true
  }

  #info(subject: string): string | undefined {
    const text = subject === 'connection' ? aboutConnection(this.#shared) : subject === 'channels' ? this.#shared.tunnels.describe(this.#sessions) : undefined
    return text && `${text.replaceAll('\n', '\r\n')}\r\n`
  }

  async #forward(opens: boolean, message: WireReader, answer: (kind: number, write?: (writer: WireWriter) => void) => Promise<void>, allowed: (question: string) => Promise<boolean>): Promise<void> {
    const { tunnels, config } = this.#shared
    const wanted = readForward(message)
    const failed = (text: string) => answer(MUX.failure, (writer) => writer.string(text))
    if (!wanted) return failed('Invalid forwarding')
    const { direction, forward } = wanted
    const known = tunnels.find(direction, forward)
    if (!opens) {
      if (!known) return failed('port not forwarded')
      await tunnels.cancel(known)
      return answer(MUX.ok)
    }
    if (!await allowed(`Open a forwarding on the shared connection to ${config.host}? `)) return
    try {
      const { forwarding } = known ?? await tunnels.add(direction, forward)
      if (direction === 'R' && 'port' in forward.listen && forward.listen.port === 0) return await answer(MUX.remotePort, (writer) => writer.uint32(forwarding.port))
    } catch (error) {
      return failed(`Port forwarding failed: ${reasonOf(error)}`)
    }
    return answer(MUX.ok)
  }

  async #counted(work: () => Promise<void>): Promise<void> {
    this.#sessions++
    this.#events.changed()
    try {
      await work()
    } finally {
      this.#sessions--
      this.#idle()
      this.#events.changed()
    }
  }
}
