import { printable } from '../../errors/printable.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { Forward } from '../forward-spec.ts'
import type { Direction } from '../forward/tunnels.ts'
import { type Found, connectTo } from './control-socket.ts'
import { writeForward } from './forward-message.ts'
import { Frames } from './frames.ts'
import { INFO_EXTENSION, INFO_KNOWN, type InfoSubject, MUX, MUX_VERSION, X11_EXTENSION } from './messages.ts'
import { Proxied } from './proxied.ts'

/** A program's connection to a master, ours or OpenSSH's. Each request rejects with SSHError `ERR_CONTROL_SOCKET` if the master refuses it. */
export class MuxClient {
  readonly #frames: Frames
  #x11 = false
  #informs = false
  #last = 0

  private constructor(frames: Frames) {
    this.#frames = frames
  }

  /** @returns why there is no connection, if there is none. @throws SSHError `ERR_CONTROL_SOCKET` if something else than a master answers */
  static async connect(path: string): Promise<MuxClient | Exclude<Found, { readonly socket: unknown }>> {
    const found = await connectTo(path)
    if ('error' in found) return found
    const client = new MuxClient(new Frames(found.socket))
    await client.#hello()
    return client
  }

  async #hello(): Promise<void> {
    void this.#frames.send(new WireWriter().uint32(MUX.hello).uint32(MUX_VERSION).finish())
    const message = new WireReader(await this.#next())
    if (message.uint32() !== MUX.hello) throw broken('something that is no master answers')
    const version = message.uint32()
    if (version !== MUX_VERSION) throw broken(`the master speaks version ${version} of the protocol, not ${MUX_VERSION}`)
    while (message.remaining > 0) {
      const extension = message.text()
      if (extension === X11_EXTENSION) this.#x11 = true
      if (extension === INFO_EXTENSION) this.#informs = true
      message.string()
    }
  }

  /** The master's process. */
  async alive(): Promise<number> {
    return (await this.#ask(MUX.aliveCheck, MUX.alive)).uint32()
  }

  /** Ends the connection, and all that uses it. A master may be gone before it has answered. */
  async exit(): Promise<void> {
    await this.#ask(MUX.terminate, MUX.ok).catch((error: unknown) => {
      if (!(error instanceof MasterGone)) throw error
    })
  }

  /** Lets no other program use the connection. */
  async stop(): Promise<void> {
    await this.#ask(MUX.stopListening, MUX.ok)
  }

  /** What the master tells, as text for the user. */
  async info(subject: InfoSubject): Promise<string> {
    if (!this.#informs) throw broken('the master tells nothing of its connection: OpenSSH does since 10.3')
    const answer = await this.#ask(MUX.info, MUX.informed, (message) => { message.string(subject) })
    if (answer.uint32() !== INFO_KNOWN) throw broken(`the master tells nothing of its ${subject}`)
    return answer.text()
  }

  /** @returns the port that the server chose, if it was to choose one */
  async open(direction: Direction, forward: Forward): Promise<number | undefined> {
    const write = (message: WireWriter) => writeForward(message, direction, forward)
    const chosen = direction === 'R' && 'port' in forward.listen && forward.listen.port === 0
    const answer = await this.#ask(MUX.openForward, chosen ? MUX.remotePort : MUX.ok, write)
    return chosen ? answer.uint32() : undefined
  }

  async cancel(direction: Direction, forward: Forward): Promise<void> {
    await this.#ask(MUX.closeForward, MUX.ok, (message) => writeForward(message, direction, forward))
  }

  /** Uses the connection for a program of this side. From now on the socket is for nothing else. */
  async proxy(): Promise<Proxied> {
    await this.#ask(MUX.proxy, MUX.proxied)
    return new Proxied(this.#frames, this.#x11)
  }

  /** Resolves when the master has gone. */
  get closed(): Promise<void> {
    return this.#frames.ended
  }

  close(): void {
    this.#frames.socket.destroy()
  }

  async #ask(type: number, wanted: number, write: (message: WireWriter) => void = () => {}): Promise<WireReader> {
    const id = this.#last++
    const message = new WireWriter().uint32(type).uint32(id)
    write(message)
    void this.#frames.send(message.finish())
    const answer = new WireReader(await this.#next())
    const kind = answer.uint32()
    if (answer.uint32() !== id) throw broken('the master answers another request')
    if (kind === wanted) return answer
    if (kind === MUX.failure || kind === MUX.permissionDenied) throw broken(printable(answer.text(), LONGEST))
    throw broken(`the master answers with message ${kind.toString(16)}`)
  }

  async #next(): Promise<Uint8Array> {
    const message = await this.#frames.next()
    if (!message) throw new MasterGone('the master has closed the connection', { code: 'ERR_CONTROL_SOCKET' })
    return message
  }
}

class MasterGone extends SSHError {}

/** As long as a message of an error of libssh2. */
const LONGEST = 4000

const broken = (text: string) => new SSHError(text, { code: 'ERR_CONTROL_SOCKET' })
