import type { Exit, PtyOptions } from '../../bindings/channel/channel.ts'
import { printable } from '../../errors/printable.ts'
import { ChannelError, SSHError } from '../../errors/ssh-error.ts'
import { encodeText } from '../../wire-format/bytes.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import type { WireWriter } from '../../wire-format/writer.ts'
import type { ForwardEnd } from '../forward-spec.ts'
import type { Frames } from './frames.ts'
import { Inbox, LARGEST_PACKET, Link, LinkChannel, WINDOW } from './link.ts'
import { SSH, STDERR } from './messages.ts'

/** What to start over a master's connection. */
export interface ProxiedStart {
  readonly env: Readonly<Record<string, string>>
  readonly pty: PtyOptions | undefined
  readonly agentForwarding: boolean
  readonly x11: boolean
}

/** A program on the server, or a connection that the server makes, over a master's connection. */
export interface ProxiedProcess {
  readonly stdin: WritableStream<Uint8Array | string>
  readonly stdout: ReadableStream<Uint8Array>
  readonly stderr: ReadableStream<Uint8Array>
  /** How it ended; without code and signal if the channel ended without saying. */
  readonly exit: Promise<Exit>
  resize(columns: number, rows: number): Promise<void>
  close(): Promise<void>
}

const NOTHING_SAID: Exit = { code: null, signal: null, coreDumped: false, message: '' }
/** All is over one channel: this is its number. */
const OURS = 0

/** This side of the proxy mode (MUX_C_PROXY) of a master, ours or OpenSSH's: one channel, for one program. */
export class Proxied {
  readonly #link: Link
  readonly #x11: boolean

  /** @param x11 the master takes requests for X11 */
  constructor(frames: Frames, x11: boolean) {
    this.#link = new Link(frames)
    this.#x11 = x11
  }

  exec(command: string, options: ProxiedStart): Promise<ProxiedProcess> {
    return this.#start('exec', command, options)
  }

  shell(options: ProxiedStart): Promise<ProxiedProcess> {
    return this.#start('shell', undefined, options)
  }

  subsystem(name: string, options: ProxiedStart): Promise<ProxiedProcess> {
    return this.#start('subsystem', name, options)
  }

  /** A connection that the server makes (`-W`). @throws ChannelError if it cannot */
  async stream(place: ForwardEnd): Promise<ProxiedProcess> {
    const channel = 'path' in place
      ? await this.#open('direct-streamlocal@openssh.com', (message) => message.string(place.path).string('').uint32(0))
      : await this.#open('direct-tcpip', (message) => message.string(place.host ?? 'localhost').uint32(place.port).string('127.0.0.1').uint32(65535))
    return channel.process
  }

  close(): void {
    this.#link.frames.socket.destroy()
  }

  async #start(type: string, text: string | undefined, { env, pty, agentForwarding, x11 }: ProxiedStart): Promise<ProxiedProcess> {
    const channel = await this.#open('session', () => {})
    if (x11 && this.#x11) channel.notify('x11-req', (message) => message.boolean(false).string('MIT-MAGIC-COOKIE-1').string('').uint32(0))
    if (agentForwarding) channel.notify('auth-agent-req@openssh.com')
    if (pty) {
      const { term = 'vt100', columns = 80, rows = 24, modes = new Uint8Array(0) } = pty
      channel.notify('pty-req', (message) => message.string(term).uint32(columns).uint32(rows).uint32(0).uint32(0).string(modes))
    }
    for (const [name, value] of Object.entries(env)) channel.notify('env', (message) => message.string(name).string(value))
    if (!await channel.ask(type, (message) => { if (text !== undefined) message.string(text) })) throw new SSHError(`${type} request failed`, { code: 'ERR_CONTROL_SOCKET' })
    return channel.process
  }

  async #open(type: string, write: (message: WireWriter) => void): Promise<ProxiedChannel> {
    void this.#link.send(SSH.channelOpen, (message) => write(message.string(type).uint32(OURS).uint32(WINDOW).uint32(LARGEST_PACKET)))
    for (let packet = await this.#link.next(); packet; packet = await this.#link.next()) {
      const { type: kind, body } = packet
      if (kind === SSH.openFailure) {
        body.uint32()
        const reason = body.uint32()
        const description = body.text()
        throw new ChannelError(`open failed: ${printable(description)}`, { code: 'ERR_LIBSSH2_CHANNEL_FAILURE', reason, description })
      }
      if (kind !== SSH.openConfirmation) continue
      body.uint32()
      return new ProxiedChannel(this.#link, new LinkChannel(this.#link, body.uint32(), body.uint32(), body.uint32()))
    }
    throw gone()
  }
}

class ProxiedChannel {
  readonly process: ProxiedProcess
  readonly #out: LinkChannel
  readonly #stdout: Inbox
  readonly #stderr: Inbox
  readonly #answers: ((done: boolean) => void)[] = []
  #exit = NOTHING_SAID
  #closed: (exit: Exit) => void = () => {}
  #failed: (error: unknown) => void = () => {}

  constructor(link: Link, out: LinkChannel) {
    this.#out = out
    this.#stdout = new Inbox((bytes) => out.used(bytes))
    this.#stderr = new Inbox((bytes) => out.used(bytes))
    const exit = new Promise<Exit>((resolve, reject) => {
      this.#closed = resolve
      this.#failed = reject
    })
    // Reading the output rejects too.
    exit.catch(() => {})
    const close = async () => {
      out.close()
      link.frames.socket.end()
    }
    this.process = {
      stdin: new WritableStream<Uint8Array | string>({ write: (chunk) => this.#write(chunk), close: () => out.eof(), abort: close }),
      stdout: this.#stdout.stream, stderr: this.#stderr.stream, exit, close,
      resize: async (columns, rows) => this.notify('window-change', (message) => message.uint32(columns).uint32(rows).uint32(0).uint32(0)),
    }
    void this.#read(link)
  }

  /** A request without an answer. */
  notify(type: string, write: (message: WireWriter) => void = () => {}): void {
    this.#out.send(SSH.request, (message) => write(message.string(type).boolean(false)))
  }

  /** @returns whether it was successful */
  ask(type: string, write: (message: WireWriter) => void): Promise<boolean> {
    this.#out.send(SSH.request, (message) => write(message.string(type).boolean(true)))
    return new Promise((resolve) => {
      // Nobody answers after the end.
      if (this.#out.over) resolve(false)
      else this.#answers.push(resolve)
    })
  }

  async #write(chunk: Uint8Array | string): Promise<void> {
    await this.#out.write(encodeText(chunk))
    if (this.#out.over) throw gone()
  }

  async #read(link: Link): Promise<void> {
    try {
      for (let packet = await link.next(); packet; packet = await link.next()) if (this.#take(packet.type, packet.body)) return
      this.#end(gone())
    } catch (error) {
      this.#end(error)
    }
  }

  /** @returns whether the channel is over. @throws WireFormatError */
  #take(type: number, body: WireReader): boolean {
    if (type < SSH.openConfirmation || body.uint32() !== OURS) return false
    if (type === SSH.data) this.#stdout.push(body.string())
    else if (type === SSH.extendedData && body.uint32() === STDERR) this.#stderr.push(body.string())
    else if (type === SSH.windowAdjust) this.#out.adjust(body.uint32())
    else if (type === SSH.eof) {
      this.#stdout.end()
      this.#stderr.end()
    } else if (type === SSH.success || type === SSH.failure) this.#answers.shift()?.(type === SSH.success)
    else if (type === SSH.request) this.#requested(body)
    else if (type === SSH.close) {
      this.#out.close()
      this.#end()
      return true
    }
    return false
  }

  #requested(body: WireReader): void {
    const type = body.text(), wantReply = body.boolean()
    if (type === 'exit-status') this.#exit = { ...NOTHING_SAID, code: body.uint32() }
    else if (type === 'exit-signal') this.#exit = { code: null, signal: body.text(), coreDumped: body.boolean(), message: body.text() }
    if (wantReply) this.#out.send(SSH.failure, () => {})
  }

  #end(failure?: unknown): void {
    this.#out.end()
    for (const answer of this.#answers.splice(0)) answer(false)
    this.#stdout.end(failure)
    this.#stderr.end(failure)
    if (failure === undefined) this.#closed(this.#exit)
    else this.#failed(failure)
  }
}

const gone = () => new SSHError('the shared connection has ended', { code: 'ERR_DISCONNECTED' })
