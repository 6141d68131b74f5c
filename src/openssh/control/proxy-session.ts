import type { Channel } from '../../bindings/channel/channel.ts'
import type { PtyOptions } from '../../bindings/channel/requests.ts'
import type { Process } from '../../client/process.ts'
import { execStart, openSessionChannel, shellStart, startOn, subsystemStart } from '../../client/session-channel.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import { forwardedAgent } from '../login/agent-socket.ts'
import { x11Forwarding } from '../x11/display.ts'
import { Inbox, type LinkChannel } from './link.ts'
import { SSH, STDERR } from './messages.ts'
import type { Shared } from './shared.ts'

/** A session that a program opened over the master: its requests become a process on the connection. */
export class ProxySession {
  readonly stdin: Inbox
  readonly #shared: Shared
  readonly #channel: Channel
  readonly #out: LinkChannel
  readonly #env: Record<string, string> = {}
  #pty: PtyOptions | undefined
  #agent = false
  #x11 = false
  #process: Promise<Process> | undefined

  /** @throws ChannelError if the server refuses the channel */
  static async open(shared: Shared, out: LinkChannel): Promise<ProxySession> {
    return new ProxySession(shared, await openSessionChannel(shared.client), out)
  }

  constructor(shared: Shared, channel: Channel, out: LinkChannel) {
    this.#shared = shared
    this.#channel = channel
    this.#out = out
    this.stdin = new Inbox((bytes) => out.used(bytes))
  }

  /** A channel request. @returns whether it was successful. @throws WireFormatError */
  async request(type: string, body: WireReader): Promise<boolean> {
    if (this.#process) return this.#later(await this.#process, type, body)
    if (type === 'env') this.#env[body.text()] = body.text()
    else if (type === 'pty-req') this.#pty = readPty(body)
    else if (type === 'auth-agent-req@openssh.com') this.#agent = true
    else if (type === 'x11-req') this.#x11 = true
    else if (type === 'shell') return this.#start((options) => this.#pty ? shellStart({ ...options, ...this.#pty }) : shellStart({ ...options, pty: false }))
    else if (type === 'exec') {
      const command = body.text()
      return this.#start((options) => execStart(command, { ...options, pty: this.#pty }))
    } else if (type === 'subsystem') {
      const name = body.text()
      return this.#start((options) => ({ ...subsystemStart(name, options), pty: this.#pty }))
    } else return false
    return true
  }

  /** The program has gone, or wants no more. */
  close(): void {
    this.stdin.end(new Error('the program that shared the connection has gone'))
    if (this.#process) void this.#process.then((process) => process.close(), () => {})
    else this.#channel[Symbol.dispose]()
  }

  async #later(process: Process, type: string, body: WireReader): Promise<boolean> {
    if (type === 'window-change') await process.resize(body.uint32(), body.uint32(), body.uint32(), body.uint32()).catch(() => {})
    else if (type === 'signal') await process.kill(body.text()).catch(() => {})
    else if (type === 'eow@openssh.com') await process.stdout.cancel().catch(() => {})
    else return false
    return true
  }

  /** The master's own settings decide whether its agent and its display are forwarded, as in OpenSSH. */
  async #start(how: (options: Parameters<typeof subsystemStart>[1]) => Parameters<typeof startOn>[1]): Promise<boolean> {
    const { config, person } = this.#shared
    const agentForwarding = this.#agent ? forwardedAgent(config) : undefined
    const x11 = this.#x11 && config.forwardX11 ? x11Forwarding(config, person) : undefined
    this.#process = startOn(this.#channel, how({ env: this.#env, ignoreRefusedEnv: true, agentForwarding, x11 }))
    try {
      const process = await this.#process
      void this.#serve(process)
      return true
    } catch {
      this.#out.close()
      return false
    }
  }

  async #serve(process: Process): Promise<void> {
    const out = this.#out
    void this.stdin.stream.pipeTo(process.stdin as WritableStream<Uint8Array>).catch(() => {})
    const send = async (source: ReadableStream<Uint8Array>, stream?: number) => {
      for await (const part of source) await out.write(part, stream)
    }
    try {
      await Promise.all([send(process.stdout), send(process.stderr, STDERR)])
      out.eof()
      const { code, signal, coreDumped, message: words } = await process.exit
      if (signal) out.send(SSH.request, (message) => message.string('exit-signal').boolean(false).string(signal).boolean(coreDumped).string(words).string(''))
      else if (code !== null) out.send(SSH.request, (message) => message.string('exit-status').boolean(false).uint32(code))
    } catch {
      // The channel ends without a status, as when the connection ends.
    }
    out.close()
  }
}

function readPty(body: WireReader): PtyOptions {
  const term = body.text()
  const [columns, rows, widthPx, heightPx] = [body.uint32(), body.uint32(), body.uint32(), body.uint32()] as const
  return { term, columns, rows, widthPx, heightPx, modes: body.string().slice() }
}
