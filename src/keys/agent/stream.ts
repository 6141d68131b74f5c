import { streams } from '../../errors/byte-streams.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { type Bytes, concatBytes, ownBytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { MAXIMUM_LENGTH } from './messages.ts'

/** A stream to an agent, e.g. from `connectUnix(process.env.SSH_AUTH_SOCK)` of `libssh2-wasm/node`. */
export interface AgentTransport {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  close?(): void | Promise<void>
}

/** Requests and answers of the agent protocol, in sequence (draft-ietf-sshm-ssh-agent section 3). After a failure it is closed for good. */
export class AgentStream {
  readonly #transport: AgentTransport
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #received: Bytes = new Uint8Array()
  #turn: Promise<unknown> = Promise.resolve()
  #failure: SSHError | undefined

  constructor(transport: AgentTransport) {
    this.#transport = streams(transport, 'transport')
    this.#reader = transport.readable.getReader()
    this.#writer = transport.writable.getWriter()
  }

  get closed(): boolean {
    return this.#failure !== undefined
  }

  /** Sends a message, without its length, and resolves with the answer. The message is zeroed, because it may hold a private key. */
  request(message: Bytes): Promise<Bytes> {
    const answer = this.#turn.then(() => this.#exchange(message)).finally(() => message.fill(0))
    this.#turn = answer.catch(() => undefined)
    return answer
  }

  /** Returns both directions to the owner of the transport. @throws SSHError `ERR_AGENT_PROTOCOL` if the agent has sent unrequested data */
  release(): void {
    if (this.#received.length > 0) throw this.#fail(new SSHError('the agent sent something that was not requested', { code: 'ERR_AGENT_PROTOCOL' }))
    this.#reader.releaseLock()
    this.#writer.releaseLock()
  }

  async close(): Promise<void> {
    this.#fail(new SSHError('the connection to the agent was closed', { code: 'ERR_AGENT_CLOSED' }))
    await this.#transport.close?.()
  }

  async #exchange(message: Bytes): Promise<Bytes> {
    if (this.#failure) throw this.#failure
    try {
      const frame = new WireWriter(message.length + 4).string(message).finish()
      await this.#writer.write(frame)
      const length = new WireReader(await this.#take(4)).uint32()
      if (length < 1 || length > MAXIMUM_LENGTH) throw new SSHError('the agent announced an answer of an impossible length', { code: 'ERR_AGENT_PROTOCOL' })
      return await this.#take(length)
    } catch (error) {
      throw this.#fail(error instanceof SSHError ? error : new SSHError('the connection to the agent failed', { code: 'ERR_AGENT_CLOSED', cause: error }))
    }
  }

  async #take(length: number): Promise<Bytes> {
    while (this.#received.length < length) {
      const { done, value } = await this.#reader.read()
      if (done) throw new SSHError('the agent closed the connection', { code: 'ERR_AGENT_CLOSED' })
      this.#received = concatBytes(this.#received, ownBytes(value))
    }
    const taken = this.#received.subarray(0, length)
    this.#received = this.#received.subarray(length)
    return taken
  }

  /** The first failure stays; both directions end, which also ends a pending read. */
  #fail(error: SSHError): SSHError {
    if (this.#failure === undefined) {
      this.#failure = error
      this.#reader.cancel(error).catch(() => undefined)
      this.#writer.abort(error).catch(() => undefined)
    }
    return this.#failure
  }
}
