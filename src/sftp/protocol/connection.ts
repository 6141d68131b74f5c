import { atMost, PEER_GRACE } from '../../abort/at-most.ts'
import { checkSignal, leave, onAbort, waitFor } from '../../abort/on-abort.ts'
import type { Channel, Exit } from '../../bindings/channel/channel.ts'
import { CONTEXT } from '../../bindings/session-context.ts'
import { openChannel } from '../../bindings/channel/open-channel.ts'
import type { Session } from '../../bindings/session/session.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE, LIBSSH2_ERROR_EAGAIN, LIBSSH2_FX_BAD_MESSAGE, LIBSSH2_FX_CONNECTION_LOST, LIBSSH2_FX_OP_UNSUPPORTED, LIBSSH2_SFTP_VERSION, SSH_EXTENDED_DATA_STDERR } from '../../ffi/constants.gen.ts'
import { decodeText, joinBytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { Asked, type Expected, type Reply, type Way } from './asked.ts'
import { FXP_DATA, FXP_INIT, FXP_VERSION } from './messages.ts'
import { Outbox } from './outbox.ts'
import { PacketSplitter } from './packet-splitter.ts'

export interface SftpConnectionOptions {
  readonly signal?: AbortSignal | undefined
  /**
   * Called once, before any pending call rejects.
   * @param failure the reason for which every call rejects from now on
   * @param exit how the server's program has ended, if the server has reported it
   */
  readonly ended?: ((failure: unknown, exit: Exit | undefined) => void) | undefined
}

/** Whoever waits for a reply. */
interface Pending {
  settle(reply: Reply): void
  fail(error: unknown): void
}

/** What the server may send before this side answers; more than any transfer requests at a time. */
const RECEIVE_WINDOW = 24 << 20
const LARGEST_SSH_PACKET = 32768
const READ_SIZE = 256 << 10
const LONGEST_COMPLAINT = 500

/**
 * An SFTP subsystem, version 3, on its own channel. Request ids tell requests apart, so any number of them
 * may be in flight at once, and none waits for the reply to another; libssh2's own SFTP handles one at a time (law 6).
 */
export class SftpConnection implements Way {
  /** Protocol extensions that the server offers, with their version. */
  readonly extensions = new Map<string, string>()
  readonly #channel: Channel
  readonly #outbox: Outbox
  readonly #splitter = new PacketSplitter((packet) => this.#receive(packet))
  readonly #pending = new Map<number, Pending>()
  #greeted: ((version: WireReader) => void) | undefined
  #lastId = 0
  #failure: unknown
  #closing: Promise<void> | undefined
  readonly #ended: SftpConnectionOptions['ended']

  private constructor(channel: Channel, ended: SftpConnectionOptions['ended']) {
    this.#channel = channel
    this.#ended = ended
    this.#outbox = new Outbox(channel, (error) => this.#fail(error))
  }

  /** Starts the subsystem and exchanges versions. @throws ChannelError if the server has none, SftpError if it speaks another protocol. */
  static async open(session: Session, signal: AbortSignal | undefined): Promise<SftpConnection> {
    return SftpConnection.on(await SftpConnection.openChannel(session, signal), { signal })
  }

  /** An unused channel with the window that transfers need. */
  static openChannel(session: Session, signal?: AbortSignal): Promise<Channel> {
    return openChannel(session, () => session.openSessionEx('session', RECEIVE_WINDOW, LARGEST_SSH_PACKET), { signal, isSession: true })
  }

  /** Like `open`, on a channel from `openChannel`, which is closed on failure. */
  static async on(channel: Channel, { signal, ended }: SftpConnectionOptions = {}): Promise<SftpConnection> {
    const { session } = channel
    try {
      await session.complete(() => channel.subsystem('sftp'), { signal })
    } catch (error) {
      channel[Symbol.dispose]()
      throw error
    }
    const connection = new SftpConnection(channel, ended)
    try {
      await connection.#greet(signal)
      await session.complete(() => channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE), { signal })
      return connection
    } catch (error) {
      void connection.close()
      throw error
    }
  }

  #greet(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopListening = onAbort(signal, () => reject(signal?.reason))
      const done = (outcome: () => void) => {
        this.#greeted = undefined
        this.#pending.delete(0)
        stopListening()
        outcome()
      }
      this.#greeted = (body) => {
        // If this throws, everything pending fails, this call included.
        this.#readVersion(body)
        done(resolve)
      }
      this.#pending.set(0, { settle: () => {}, fail: (error) => done(() => reject(error)) })
      this.#outbox.push({ parts: [new WireWriter().uint32(5).byte(FXP_INIT).uint32(LIBSSH2_SFTP_VERSION).finish()] })
      this.#listen()
    })
  }

  /**
   * VERSION (draft-ietf-secsh-filexfer-02 section 4): pairs of name and data follow. A server that answers 3 with a higher version
   * speaks 3. Versions 1 and 2 have fewer requests, otherwise the same; version 0 has different attributes.
   */
  #readVersion(body: WireReader): void {
    const version = body.uint32()
    if (version === 0) throw sftpRefusal(LIBSSH2_FX_OP_UNSUPPORTED, undefined, { said: `the server speaks version ${version} of SFTP` })
    while (body.remaining > 0) this.extensions.set(decodeText(body.string()), decodeText(body.string()))
  }

  get channel(): Channel {
    return this.#channel
  }

  /** Sends a request. @param head makes the packet, up to the data. @param data follows it, not copied: it must not change before the answer is there. */
  send<T>(head: (id: number) => Uint8Array, data: readonly Uint8Array[], expected: Expected<T>): Promise<T> {
    const asked = new Asked<T>(expected)
    try {
      this.#send(head, data, asked as Asked<unknown>)
    } catch (error) {
      asked.fail(error)
    }
    return asked.answer
  }

  #send(head: (id: number) => Uint8Array, data: readonly Uint8Array[], asked: Asked<unknown>): void {
    const { signal } = asked.expected
    checkSignal(signal)
    if (this.#failure !== undefined) return asked.fail(this.#failure)
    if (signal?.aborted) return asked.fail(signal.reason)
    const id = asked.id = this.#nextId()
    asked.parts = data.length > 0 ? [head(id), ...data] : [head(id)]
    asked.way = this
    if (signal) waitFor(signal, asked)
    this.#pending.set(id, asked)
    this.#outbox.push(asked)
  }

  /** A request's caller has gone. */
  aborted(asked: Asked<unknown>): void {
    if (this.#outbox.takeBack(asked)) this.#pending.delete(asked.id)
  }

  /** A request has its answer. */
  settled(asked: Asked<unknown>): void {
    if (asked.expected.signal) leave(asked.expected.signal, asked)
  }

  /** Ids wrap around; one whose reply is still missing is not used again. */
  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0
    while (this.#lastId === 0 || this.#pending.has(this.#lastId))
    return this.#lastId
  }

  /** From now on takes what arrives, when it arrives. An operation for each read would cost more than most replies. */
  #listen(): void {
    const { number, context: { driver } } = this.#channel[CONTEXT]
    driver.watch(number, () => this.#read())
    driver.markReady(number)
    driver.pump()
  }

  #read(): void {
    try {
      for (;;) {
        const [count, parts] = this.#channel.readParts(READ_SIZE)
        if (count === LIBSSH2_ERROR_EAGAIN) return
        if (count === 0) return this.#atEnd()
        for (const part of parts) this.#splitter.push(part)
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  #atEnd(): void {
    this.#listensNoMore()
    const failed = () => this.#fail(sftpRefusal(LIBSSH2_FX_CONNECTION_LOST, undefined, { said: `the SFTP server has ended${this.#complaint()}` }))
    if (!this.#ended) return failed()
    void atMost(PEER_GRACE, this.#channel.session.complete(() => this.#channel.peerClosed())).then(failed)
  }

  #listensNoMore(): void {
    const { number, context: { driver } } = this.#channel[CONTEXT]
    driver.watch(number)
  }

  /** What a server that never sent VERSION wrote to stderr: a shell reports there that it has no such program. */
  #complaint(): string {
    const [, said] = this.#greeted ? this.#channel.readEx(LONGEST_COMPLAINT, SSH_EXTENDED_DATA_STDERR) : []
    return said?.length ? `: ${decodeText(said).trim()}` : ''
  }

  #receive(packet: readonly Uint8Array[]): void {
    const data = isData(packet) ? packet : undefined
    const first = data || packet.length === 1 ? packet[0] : joinBytes(packet)
    const body = new WireReader(first as Uint8Array)
    const type = body.byte()
    if (type === FXP_VERSION && this.#greeted) return this.#greeted(body)
    const id = body.uint32()
    const pending = this.#pending.get(id)
    if (!pending || id === 0) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, undefined, { said: 'an answer to a request that was never made' })
    this.#pending.delete(id)
    pending.settle({ type, body, data })
  }

  /** The error that ended it. */
  get failure(): unknown {
    return this.#failure
  }

  /** How the server's program has ended, as far as that is known. */
  #exit(): Exit | undefined {
    if (!this.#ended || this.#closing || this.#channel.session.failure) return undefined
    try {
      const exit = this.#channel.exit()
      return typeof exit === 'number' ? undefined : exit
    } catch {
      return undefined
    }
  }

  /** A stream that cannot be parsed any further is closed. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = this.#channel.session.failure ?? error
    this.#ended?.(this.#failure, this.#exit())
    for (const pending of this.#pending.values()) pending.fail(this.#failure)
    this.#pending.clear()
    this.#listensNoMore()
    void this.close()
  }

  /**
   * Closes the channel, and the server closes its files with it. Pending calls reject. Idempotent, never rejects, and resolves after a second
   * at the latest: some servers never answer a CLOSE, npm ssh2's among them.
   */
  close(): Promise<void> {
    // A file's CLOSE that nobody waited for must still be sent.
    if (!this.#closing) this.#outbox.flush()
    this.#closing ??= atMost(PEER_GRACE, this.#channel.session.complete(() => this.#channel.free()))
    this.#fail(sftpRefusal(LIBSSH2_FX_CONNECTION_LOST, undefined, { said: 'SFTP was closed by this side' }))
    return this.#closing
  }
}

/** Most arriving packets are data, and are not joined: only type, request id and length in front of them matter here. */
function isData([first]: readonly Uint8Array[]): boolean {
  return first !== undefined && first.length > 9 && first[0] === FXP_DATA
}
