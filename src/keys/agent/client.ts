import { record, text } from '../../errors/arguments.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { binaryOf } from '../../wire-format/bytes-of.ts'
import { type Bytes, copyBytes, decodeText, encodeText } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import {
  ADD_ID_CONSTRAINED, ADD_IDENTITY, EXTENSION, EXTENSION_FAILURE, EXTENSION_RESPONSE, FAILURE, IDENTITIES_ANSWER, LOCK, REMOVE_ALL_IDENTITIES, REMOVE_IDENTITY,
  REQUEST_IDENTITIES, SIGN_FLAGS, SIGN_REQUEST, SIGN_RESPONSE, SUCCESS, UNLOCK,
} from './messages.ts'
import { AgentStream, type AgentTransport } from './stream.ts'
import { plainName, signatureAlgorithms } from '../key-types.ts'
import type { PrivateKey } from '../private-key.ts'
import type { Signer } from '../signers/signer.ts'

const CONSTRAIN_LIFETIME = 1, CONSTRAIN_CONFIRM = 2

/** A key or certificate that an agent holds. Signing may wait for a person, for any length of time. */
export interface AgentIdentity extends Signer {
  readonly comment: string
  readonly algorithms: readonly string[]
}

export interface AddIdentityOptions {
  /** The key's own comment by default. */
  readonly comment?: string
  /** Seconds until the agent forgets the key. */
  readonly lifetime?: number
  /** The agent asks its user before each signature. */
  readonly confirm?: boolean
}

/**
 * A client of the SSH agent protocol over any stream. It sends one request at a time; calls queue.
 * Errors are `SSHError`: `ERR_AGENT_REFUSED`, `ERR_AGENT_PROTOCOL` (the agent's answer is malformed), `ERR_AGENT_CLOSED`.
 */
export class AgentClient {
  readonly #stream: AgentStream

  /** The client owns the transport. */
  constructor(transport: AgentTransport) {
    this.#stream = new AgentStream(transport)
  }

  /** The agent's keys in its order, as signers, without entries that are not SSH keys. */
  async identities(): Promise<AgentIdentity[]> {
    const answer = await this.#ask(new WireWriter().byte(REQUEST_IDENTITIES), IDENTITIES_ANSWER)
    return sensible(() => {
      const identities: AgentIdentity[] = []
      for (let left = answer.uint32(); left > 0; left--) {
        const identity = this.#identity(copyBytes(answer.string()), decodeText(answer.string()))
        if (identity) identities.push(identity)
      }
      answer.end()
      return identities
    })
  }

  /** Asks the agent to sign `data` with the key of `publicKey`. @param algorithm e.g. `rsa-sha2-512`, or its certificate name @returns the whole signature blob */
  async sign(publicKey: Uint8Array, data: Uint8Array, algorithm: string): Promise<Bytes> {
    const name = plainName(text(algorithm, 'algorithm'))
    const [key, content] = [binaryOf(publicKey, 'publicKey'), binaryOf(data)]
    const question = new WireWriter(content.length + key.length + 16).byte(SIGN_REQUEST).string(key).string(content).uint32(SIGN_FLAGS[name as keyof typeof SIGN_FLAGS] ?? 0)
    const answer = await this.#ask(question, SIGN_RESPONSE)
    return sensible(() => {
      const signature = copyBytes(answer.string())
      answer.end()
      const used = new WireReader(signature).text()
      if (used !== name) throw new SSHError(`the agent was asked for ${name}, and signed with another algorithm`, { code: 'ERR_AGENT_PROTOCOL' })
      return signature
    })
  }

  /** Adds a private key to the agent. */
  async addIdentity(key: PrivateKey, options: AddIdentityOptions = {}): Promise<void> {
    const { comment = record(key, 'key').comment, lifetime, confirm = false } = record(options, 'options')
    const constrained = lifetime !== undefined || confirm
    const question = new WireWriter(4096).byte(constrained ? ADD_ID_CONSTRAINED : ADD_IDENTITY)
    const [{ writeOpenSshFields }, { PrivateKey }] = await Promise.all([import('../files/openssh/private-fields.ts'), import('../private-key.ts')])
    writeOpenSshFields(question, PrivateKey.fieldsOf(key))
    question.string(comment)
    if (lifetime !== undefined) question.byte(CONSTRAIN_LIFETIME).uint32(lifetime)
    if (confirm) question.byte(CONSTRAIN_CONFIRM)
    await this.#ask(question, SUCCESS)
  }

  /** Removes a key from the agent. */
  async removeIdentity(publicKey: Uint8Array): Promise<void> {
    await this.#ask(new WireWriter().byte(REMOVE_IDENTITY).string(binaryOf(publicKey, 'publicKey')), SUCCESS)
  }

  /** Removes every key from the agent. */
  async removeAllIdentities(): Promise<void> {
    await this.#ask(new WireWriter().byte(REMOVE_ALL_IDENTITIES), SUCCESS)
  }

  /** Locks the agent: it shows no keys and signs nothing until it is unlocked with the same passphrase. */
  async lock(passphrase: string | Uint8Array): Promise<void> {
    await this.#ask(new WireWriter().byte(LOCK).string(encodeText(passphrase, 'passphrase')), SUCCESS)
  }

  /** Unlocks the agent. */
  async unlock(passphrase: string | Uint8Array): Promise<void> {
    await this.#ask(new WireWriter().byte(UNLOCK).string(encodeText(passphrase, 'passphrase')), SUCCESS)
  }

  /** Sends a vendor's extension (section 3.8), e.g. `query`, `session-bind@openssh.com`. @returns the contents of the answer after its type; empty for a plain success */
  async extension(name: string, contents: Uint8Array = new Uint8Array()): Promise<Bytes> {
    const answer = await this.#ask(new WireWriter().byte(EXTENSION).string(text(name, 'name')).bytes(binaryOf(contents, 'contents')), SUCCESS, EXTENSION_RESPONSE)
    return copyBytes(answer.rest())
  }

  /** Whether the connection has ended or broken, so that no more requests are possible. */
  get closed(): boolean {
    return this.#stream.closed
  }

  /** Pending calls fail with `ERR_AGENT_CLOSED`. */
  close(): Promise<void> {
    return this.#stream.close()
  }

  #identity(publicKey: Bytes, comment: string): AgentIdentity | undefined {
    let algorithms: readonly string[]
    try {
      algorithms = signatureAlgorithms(new WireReader(publicKey).text())
    } catch (error) {
      if (error instanceof WireFormatError) return undefined
      throw error
    }
    return { publicKey, comment, algorithms, sign: (data, algorithm) => this.sign(publicKey, data, algorithm) }
  }

  async #ask(question: WireWriter, ...expected: readonly number[]): Promise<WireReader> {
    const message = question.finish()
    question.wipe()
    const answer = new WireReader(await this.#stream.request(message))
    const type = answer.byte()
    if (expected.includes(type)) return answer
    if (type === FAILURE || type === EXTENSION_FAILURE) throw new SSHError('the agent refused', { code: 'ERR_AGENT_REFUSED' })
    throw new SSHError('the agent gave an answer of the wrong type', { code: 'ERR_AGENT_PROTOCOL' })
  }
}

function sensible<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireFormatError) throw new SSHError('the agent gave a malformed answer', { code: 'ERR_AGENT_PROTOCOL', cause: error })
    throw error
  }
}
