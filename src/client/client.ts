import type { Again } from '../bindings/session-context.ts'
import type { Channel } from '../bindings/channel/channel.ts'
import type { Session } from '../bindings/session/session.ts'
import { record } from '../errors/arguments.ts'
import type { SSHError } from '../errors/ssh-error.ts'
import type { CallOptions } from '../abort/call-options.ts'
import { type NegotiatedAlgorithms, negotiatedAlgorithms } from './algorithms.ts'
import type { AuthenticatedBy } from './auth/log-in.ts'
import type { ChannelStream } from './channel-stream.ts'
import type { ListenOptions, PortListener } from './listener.ts'
import type { Process } from './process.ts'
import { RoundTrip } from './round-trip.ts'
import type { ScpFile, ScpSendOptions } from './scp.ts'
import type * as Running from './run.ts'
import type { RunOptions, RunResult } from './run.ts'
import type * as Starting from './start-process.ts'
import type { ExecOptions, ProcessOptions, ShellOptions, Start } from './start-process.ts'
import type { SftpClient } from '../sftp/client/sftp-client.ts'
import type { SftpContentOptions } from '../sftp/transfer/flow.ts'
import type { UploadSource } from '../sftp/transfer/sources.ts'

/** Once they have loaded: an import costs some microseconds each time. */
let starting: typeof Starting | undefined
let running: typeof Running | undefined

/** How a session ended, and when. */
export interface SessionEnd {
  /** What ended the session; a `DisconnectError` with the server's reason if it gave one. */
  readonly error: SSHError
  /** True if `close()` ended it. */
  readonly expected: boolean
  readonly at: Date
}

/** An authenticated SSH connection, made by `connect()`. Every call rejects with a typed error once the session has ended. */
export class Client implements AsyncDisposable {
  /** The bindings underneath, for everything that this class does not offer. */
  readonly session: Session
  /** The algorithms of the first key exchange. */
  readonly algorithms: NegotiatedAlgorithms
  /** The server's identification string, e.g. `SSH-2.0-OpenSSH_9.2p1`. */
  readonly serverIdentification: string
  /** By which method and key the login succeeded, `none` included; undefined if the caller authenticated the session. */
  readonly authenticatedBy: AuthenticatedBy | undefined
  /** Resolves when the session has ended, for whatever reason. Never rejects. */
  readonly closed: Promise<SessionEnd>
  readonly #roundTrip: RoundTrip
  #closing = false

  /** For `connect()`. */
  constructor(session: Session, roundTrip = new RoundTrip(), authenticatedBy?: AuthenticatedBy, algorithms = negotiatedAlgorithms(session)) {
    this.session = session
    this.authenticatedBy = authenticatedBy
    this.#roundTrip = roundTrip
    this.algorithms = algorithms
    this.serverIdentification = session.bannerGet() ?? ''
    this.closed = session.ended().then((error) => ({ error, expected: this.#closing, at: new Date() }))
  }

  async #start(how: (starting: typeof Starting) => Start): Promise<Process> {
    starting ??= await import('./start-process.ts')
    return starting.startProcess({ session: this.session, roundTrip: this.#roundTrip }, how(starting))
  }

  /** Starts `command`. An abort ends it. @throws ChannelError if the server refuses. */
  exec(command: string, options: ExecOptions = {}): Promise<Process> {
    return this.#start(({ execStart }) => execStart(command, options))
  }

  /** Starts the login shell, in a terminal if the server provides one. @throws ChannelError if the server refuses. */
  shell(options: ShellOptions = {}): Promise<Process> {
    return this.#start(({ shellStart }) => shellStart(options))
  }

  /** Starts a subsystem, e.g. `netconf`. @throws ChannelError if the server refuses. */
  subsystem(name: string, options: ProcessOptions = {}): Promise<Process> {
    return this.#start(({ subsystemStart }) => subsystemStart(name, options))
  }

  /** Runs `command` to its end and collects its output. A non-zero exit code is a result, not an error. @throws CommandError as `check`, `timeout` and `maxBuffer` require. */
  async run(command: string, options: RunOptions = {}): Promise<RunResult> {
    running ??= await import('./run.ts')
    return running.run({ session: this.session, roundTrip: this.#roundTrip }, command, options)
  }

  async #stream(open: () => Channel | Again, options: CallOptions): Promise<ChannelStream> {
    const { signal } = record(options, 'options')
    return (await import('./channel-stream.ts')).openStream(this.session, this.#roundTrip, open, signal)
  }

  /** Opens a TCP connection from the server to `host`, which is itself a transport. @throws ChannelError if the server refuses or cannot connect. */
  async openTcp(host: string, port: number, options: CallOptions = {}): Promise<ChannelStream> {
    return this.#stream(() => this.session.directTcpip(host, port), options).catch(async (error: unknown) => {
      throw error === (options as CallOptions | null)?.signal?.reason ? error : (await import('./peer-name.ts')).named(error, { host, port })
    })
  }

  /** Opens a connection from the server to a Unix socket there. @throws ChannelError if the server refuses or cannot connect. */
  async openUnix(path: string, options: CallOptions = {}): Promise<ChannelStream> {
    return this.#stream(() => this.session.directStreamlocalEx(path), options)
  }

  /** Asks the server to listen on a port, or on a Unix socket; the result yields its connections. @throws SSHError `ERR_LIBSSH2_REQUEST_DENIED` if the server refuses. */
  async listen(options: ListenOptions = {}): Promise<PortListener> {
    return (await import('./listener.ts')).listen(this.session, options)
  }

  /** Starts SFTP on its own channel; `concurrency` and `chunkSize` apply to all its calls. @throws ChannelError if the server has no such subsystem. */
  async sftp(options: SftpContentOptions = {}): Promise<SftpClient> {
    return (await import('../sftp/client/sftp-client.ts')).SftpClient.open(this.session, options)
  }

  /** Receives a file over SCP, for servers without SFTP. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if the server refuses. */
  async scpReceive(path: string, options: CallOptions = {}): Promise<ScpFile> {
    return (await import('./scp.ts')).scpReceive(this.session, path, options)
  }

  /** Sends a file over SCP, for servers without SFTP. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if the server refuses, or could not store all of it. */
  async scpSend(path: string, source: UploadSource, options: ScpSendOptions = {}): Promise<void> {
    return (await import('./scp.ts')).scpSend(this.session, path, source, options)
  }

  /** Re-keys now; automatic re-keying follows `connect`'s `rekey`. Transfers continue. @throws the error that ended the session, if the server refuses. */
  async rekey(options: CallOptions = {}): Promise<void> {
    await this.session.complete(() => this.session.rekey(), { signal: record(options, 'options').signal })
  }

  /** Ends the session politely. Pending calls reject. Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#closing = true
    await this.session.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
