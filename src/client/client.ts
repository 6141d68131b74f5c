import type { Again } from '../bindings/session-context.ts'
import type { Channel, Exit, PtyOptions } from '../bindings/channel/channel.ts'
import type { Session } from '../bindings/session/session.ts'
import { SSHError } from '../errors/ssh-error.ts'
import type { CallOptions } from '../abort/call-options.ts'
import { orAbort } from '../abort/or-abort.ts'
import { joinBytes } from '../wire-format/bytes.ts'
import { acknowledge, acknowledgeNext } from './acknowledge.ts'
import { type NegotiatedAlgorithms, negotiatedAlgorithms } from './algorithms.ts'
import type { AuthenticatedBy } from './auth/log-in.ts'
import { type ChannelStream, channelStream } from './channel-stream.ts'
import type { AgentForwarding, IncomingForwarding, X11Forwarding } from './forwarding.ts'
import type { ListenOptions, PortListener } from './listener.ts'
import { Process } from './process.ts'
import { RoundTrip } from './receive-window.ts'
import type { ScpFile, ScpSendOptions } from './scp.ts'
import type { SftpClient } from '../sftp/client/sftp-client.ts'
import type { SftpContentOptions } from '../sftp/transfer/flow.ts'
import type { UploadSource } from '../sftp/transfer/sources.ts'

export interface ExecOptions extends CallOptions {
  /** Variables for the command's environment. Servers refuse most names (`AcceptEnv`): that is an error unless `ignoreRefusedEnv`. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly ignoreRefusedEnv?: boolean | undefined
  /** Runs in a terminal: `true` for a `vt100` of 80 x 24. */
  readonly pty?: PtyOptions | boolean | undefined
  /** Lets programs on the server sign with the keys of an agent here: only for servers whose administrators are trusted. OpenSSH opens it to all later commands of the connection too. */
  readonly agentForwarding?: AgentForwarding | undefined
  /** Lets programs on the server open windows here. */
  readonly x11?: X11Forwarding | undefined
}

export interface RunOptions extends ExecOptions {
  /** Sent to the command's stdin, which then gets EOF. */
  readonly stdin?: string | Uint8Array | ReadableStream<Uint8Array> | undefined
}

export interface RunResult {
  /** What the command wrote, as UTF-8; `stdoutBytes` and `stderrBytes` are the bytes themselves. */
  readonly stdout: string
  readonly stderr: string
  readonly stdoutBytes: Uint8Array
  readonly stderrBytes: Uint8Array
  /** A non-zero code is data, not an error. */
  readonly exit: Exit
}

/** Options of `Client.shell`: the terminal, and what the shell gets along. */
export interface ShellOptions extends PtyOptions, CallOptions {
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly ignoreRefusedEnv?: boolean | undefined
  readonly agentForwarding?: AgentForwarding | undefined
  readonly x11?: X11Forwarding | undefined
}

/** How a session ended, and when. */
export interface SessionEnd {
  /** What ended it; a `DisconnectError` with the server's reason where it gave one. */
  readonly error: SSHError
  /** True if `close()` ended it. */
  readonly expected: boolean
  readonly at: Date
}

/** An authenticated SSH connection: `connect()` makes one. Every call rejects with a typed error once the session has ended. */
export class Client implements AsyncDisposable {
  /** The bindings underneath: everything that this class does not offer. */
  readonly session: Session
  /** What was agreed upon in the first key exchange. */
  readonly algorithms: NegotiatedAlgorithms
  /** The server's identification string, e.g. `SSH-2.0-OpenSSH_9.2p1`. */
  readonly serverIdentification: string
  /** How the login went: by which method and key, `none` included; undefined where a session was authenticated by its caller. */
  readonly authenticatedBy: AuthenticatedBy | undefined
  /** Resolves when the session has ended, for whatever reason. Never rejects. */
  readonly closed: Promise<SessionEnd>
  #incoming: IncomingForwarding | undefined
  readonly #roundTrip: RoundTrip
  #closing = false

  /** For `connect()`. */
  constructor(session: Session, roundTrip = new RoundTrip(), authenticatedBy?: AuthenticatedBy) {
    this.session = session
    this.authenticatedBy = authenticatedBy
    this.#roundTrip = roundTrip
    this.algorithms = negotiatedAlgorithms(session)
    this.serverIdentification = session.bannerGet() ?? ''
    this.closed = session.ended().then((error) => ({ error, expected: this.#closing, at: new Date() }))
  }

  #opened(open: () => Channel | Again, signal: AbortSignal | undefined): Promise<Channel> {
    return this.#roundTrip.measure(() => this.session.complete(open, { signal, discard: (late) => late[Symbol.dispose]() }))
  }

  async #open(signal: AbortSignal | undefined): Promise<Channel> {
    return this.#opened(() => this.session.openSession(), signal)
  }

  /** Opens a channel and prepares it; what fails on the way closes it. */
  async #start({ signal, env, ignoreRefusedEnv, pty, agentForwarding, x11 }: ExecOptions, begin: (channel: Channel) => number): Promise<Process> {
    const channel = await this.#open(signal)
    try {
      const step = (call: () => number) => this.session.complete(call, { signal })
      if (agentForwarding || x11) {
        const { IncomingForwarding } = await import('./forwarding.ts')
        const incoming = this.#incoming ??= new IncomingForwarding(this.session)
        if (agentForwarding) await incoming.requestAgent(channel, agentForwarding, signal)
        if (x11) await incoming.requestX11(channel, x11, signal)
      }
      if (pty) await step(() => channel.ptyEx(pty === true ? {} : pty))
      for (const [name, value] of Object.entries(env ?? {})) {
        await step(() => channel.setenv(name, value)).catch((error: unknown) => {
          if (!ignoreRefusedEnv || this.session.failure || !(error instanceof SSHError)) throw error
        })
      }
      await step(() => begin(channel))
      // The output would wait behind the answer, and the end behind the output.
      if (!pty) {
        acknowledge(this.session)
        void acknowledgeNext(this.session)
      }
      return new Process(channel, this.#roundTrip, signal)
    } catch (error) {
      channel[Symbol.dispose]()
      throw error
    }
  }

  /** Starts `command`. An abort closes its channel. @throws ChannelError if the server refuses. */
  exec(command: string, options: ExecOptions = {}): Promise<Process> {
    return this.#start(options, (channel) => channel.execute(command))
  }

  /** Starts the login shell in a terminal. @throws ChannelError if the server refuses. */
  shell({ signal, env, ignoreRefusedEnv, agentForwarding, x11, ...pty }: ShellOptions = {}): Promise<Process> {
    return this.#start({ signal, env, ignoreRefusedEnv, agentForwarding, x11, pty }, (channel) => channel.shell())
  }

  /** Starts a subsystem, e.g. `netconf`. @throws ChannelError if the server refuses. */
  subsystem(name: string, options: CallOptions = {}): Promise<Process> {
    return this.#start(options, (channel) => channel.subsystem(name))
  }

  /** Runs `command` to its end and collects its output. A non-zero exit code is data. */
  async run(command: string, { stdin, ...options }: RunOptions = {}): Promise<RunResult> {
    const { signal } = options
    const process = await this.exec(command, options)
    const all = (async () => {
      const [stdoutBytes, stderrBytes] = await Promise.all([collect(process.stdout), collect(process.stderr), feed(process, stdin)])
      const exit = await process.exit
      await process.close()
      return { stdoutBytes, stderrBytes, stdout: decode(stdoutBytes), stderr: decode(stderrBytes), exit }
    })()
    return orAbort(all, signal)
  }

  /** A TCP connection from the server to `host`: itself a transport. @throws ChannelError if the server refuses or cannot connect. */
  async openTcp(host: string, port: number, { signal }: CallOptions = {}): Promise<ChannelStream> {
    return channelStream(await this.#opened(() => this.session.directTcpip(host, port), signal), this.#roundTrip)
  }

  /** A connection from the server to a Unix socket there. @throws ChannelError if the server refuses or cannot connect. */
  async openUnix(path: string, { signal }: CallOptions = {}): Promise<ChannelStream> {
    return channelStream(await this.#opened(() => this.session.directStreamlocalEx(path), signal), this.#roundTrip)
  }

  /** Has the server listen on a port; the result gives the connections to it, one by one. @throws SSHError `ERR_LIBSSH2_REQUEST_DENIED` if the server refuses. */
  async listen(options: ListenOptions = {}): Promise<PortListener> {
    return (await import('./listener.ts')).listen(this.session, options)
  }

  /** Starts SFTP on a channel of its own; `concurrency` and `chunkSize` are those of all its calls. @throws ChannelError if the server has no such subsystem. */
  async sftp(options: SftpContentOptions = {}): Promise<SftpClient> {
    return (await import('../sftp/client/sftp-client.ts')).SftpClient.open(this.session, options)
  }

  /** Has the server send a file over SCP, for servers without SFTP. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if it refuses. */
  async scpReceive(path: string, options: CallOptions = {}): Promise<ScpFile> {
    return (await import('./scp.ts')).scpReceive(this.session, path, options)
  }

  /** Has the server take a file over SCP, for servers without SFTP. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if it refuses, or could not keep all of it. */
  async scpSend(path: string, source: UploadSource, options: ScpSendOptions = {}): Promise<void> {
    return (await import('./scp.ts')).scpSend(this.session, path, source, options)
  }

  /** Exchanges keys anew now; by themselves they change as `connect`'s `rekey` says. Transfers go on. @throws what ended the session, if the server refuses. */
  async rekey({ signal }: CallOptions = {}): Promise<void> {
    await this.session.complete(() => this.session.rekey(), { signal })
  }

  /** Ends the session politely. Whatever still runs rejects. Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#closing = true
    await this.session.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

const decoder = new TextDecoder()
const decode = (bytes: Uint8Array) => decoder.decode(bytes)

/** Not by a `Response`: in browsers that rejects with an error of its own in place of the stream's. */
async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joinBytes(chunks)
    chunks.push(value)
  }
}

/** Sends input and EOF. A command that does not read all of its input is no error. */
async function feed(process: Process, stdin: RunOptions['stdin']): Promise<void> {
  try {
    if (stdin instanceof ReadableStream) return await stdin.pipeTo(process.stdin)
    const writer = process.stdin.getWriter()
    if (stdin !== undefined && stdin.length > 0) await writer.write(stdin)
    await writer.close()
  } catch (error) {
    if (process.channel.session.failure || !(error instanceof SSHError)) throw error
  }
}
