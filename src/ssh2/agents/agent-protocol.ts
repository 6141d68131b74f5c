import { Duplex } from 'node:stream'
import { FAILURE, IDENTITIES_ANSWER, REQUEST_IDENTITIES, SIGN_REQUEST, SIGN_RESPONSE } from '../../keys/agent/messages.ts'
import { readPublicKey } from '../../keys/public-key-blob.ts'
import { wholeSignature } from '../../keys/signers/whole-signature.ts'
import { WireReader } from '../../wire-format/reader.ts'
import type { ParsedKey } from '../utils/parsed-key.ts'
import { parseKey } from '../utils/parse-key.ts'
import { ignore, tell } from '../tell.ts'
import { readAgentKey } from './agent-key.ts'
import { AgentInboundRequest, HASH_FLAGS, message, MessageSplitter } from './agent-messages.ts'
import type { AgentKeyEntry, IdentitiesCallback, SignCallback, SigningRequestOptions } from './base-agent.ts'

interface Asked {
  readonly type: number
  readonly answered: (error: Error | null, answer?: never) => void
}

/**
 * The protocol of agents (draft-miller-ssh-agent) as a stream, for either side: the client's asks, the agent's tells `identities` (request) and `sign`
 * (request, key, data, `{ hash }`), which are answered by the methods that end in `Reply`, at once or later.
 */
export class AgentProtocol extends Duplex {
  readonly #isClient: boolean
  readonly #splitter = new MessageSplitter()
  #asked: Asked[] = []
  #requests: AgentInboundRequest[] = []

  constructor(isClient: boolean) {
    super()
    this.#isClient = Boolean(isClient)
  }

  override _read(): void {}

  override _write(data: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    try {
      for (const received of this.#splitter.add(data)) {
        if (this.#isClient) this.#answer(received)
        else this.#request(received)
      }
    } catch (error) {
      return callback(error as Error)
    }
    callback()
  }

  override _final(callback: () => void): void {
    this.#over()
    this.push(null)
    callback()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#over()
    callback(error)
  }

  #over(): void {
    this.#splitter.clear()
    for (const { answered } of this.#asked.splice(0)) tell(answered, new Error('No reply from server'))
  }

  /** Asks for the keys. @throws Error on the agent's side */
  getIdentities(callback: IdentitiesCallback): boolean {
    this.#needRole(true)
    return this.#ask(REQUEST_IDENTITIES, message(REQUEST_IDENTITIES), callback as Asked['answered'])
  }

  /** Asks for a signature; calls back with the signature alone, without its name. @throws Error on the agent's side, or for what is no public key */
  sign(pubKey: ParsedKey | Buffer | string, data: Buffer, options?: SigningRequestOptions | SignCallback, callback?: SignCallback): boolean {
    this.#needRole(true)
    const key = parseKey(pubKey)
    if (key instanceof Error) throw new Error('Invalid public key argument', { cause: key })
    const hash = typeof options === 'object' ? options?.hash : undefined
    const flags = key.type === 'ssh-rsa' ? HASH_FLAGS[hash as 'sha256'] ?? 0 : 0
    const request = message(SIGN_REQUEST, (writer) => writer.string(key.getPublicSSH()).string(data).uint32(flags))
    return this.#ask(SIGN_REQUEST, request, (typeof options === 'function' ? options : callback) as Asked['answered'])
  }

  #ask(type: number, request: Buffer, callback: Asked['answered'] | undefined): boolean {
    this.#asked.push({ type, answered: typeof callback === 'function' ? callback : ignore })
    return this.push(request)
  }

  #answer(received: Buffer): void {
    const asked = this.#asked.shift()
    if (!asked) throw new Error('Received unexpected message from server')
    const answer = (): [Error | null, unknown?] => {
      const reader = new WireReader(received)
      const type = reader.byte()
      if (type === FAILURE) return [new Error('Agent responded with failure')]
      if (type !== IDENTITIES_ANSWER && type !== SIGN_RESPONSE) throw new Error('Agent responded with unsupported message type')
      if ((type === IDENTITIES_ANSWER) !== (asked.type === REQUEST_IDENTITIES)) throw new Error('Agent responded with wrong message type')
      return [null, type === IDENTITIES_ANSWER ? keysOf(reader) : signatureOf(reader)]
    }
    const [error, value] = orMalformed(answer)
    tell(asked.answered, error, value as never)
  }

  #request(received: Buffer): void {
    const reader = new WireReader(received)
    const type = reader.byte()
    if (type === REQUEST_IDENTITIES) {
      const request = this.#inbound(new AgentInboundRequest(type))
      if (!this.emit('identities', request)) this.failureReply(request)
      return
    }
    const asked = type === SIGN_REQUEST ? readSignRequest(reader) : undefined
    if (!asked) return void this.failureReply(this.#inbound(new AgentInboundRequest(type)))
    const { key, data, hash } = asked
    const algorithm = key.type !== 'ssh-rsa' || hash === undefined ? key.type : `rsa-sha2-${hash.slice(3)}`
    const request = this.#inbound(new AgentInboundRequest(type, { key, algorithm }))
    if (!this.emit('sign', request, key, data, { hash })) this.failureReply(request)
  }

  #inbound(request: AgentInboundRequest): AgentInboundRequest {
    this.#requests.push(request)
    return request
  }

  /** Refuses. @throws Error on the client's side */
  failureReply(request: AgentInboundRequest): boolean {
    return this.#reply(request, undefined, () => message(FAILURE))
  }

  /** Gives the keys. @throws Error on the client's side, or for what is no list of keys */
  getIdentitiesReply(request: AgentInboundRequest, keys: readonly (ParsedKey | AgentKeyEntry)[]): boolean {
    return this.#reply(request, REQUEST_IDENTITIES, () => {
      if (!Array.isArray(keys)) throw new Error('Keys argument must be an array')
      const entries = keys.map(entryOf).filter((entry) => entry !== undefined)
      return message(IDENTITIES_ANSWER, (writer) => {
        writer.uint32(entries.length)
        for (const { key, comment } of entries) writer.string(key.getPublicSSH()).string(comment)
      })
    })
  }

  /** Gives a signature as Node makes it, or as SSH sends it. @throws Error on the client's side, or for what is no signature */
  signReply(request: AgentInboundRequest, signature: Buffer): boolean {
    return this.#reply(request, SIGN_REQUEST, ({ wanted }) => {
      if (!Buffer.isBuffer(signature)) throw new Error('Signature argument must be a Buffer')
      if (signature.length === 0) throw new Error('Signature argument must be non-empty')
      const whole = wholeSignature(readPublicKey(wanted!.key.getPublicSSH()), wanted!.algorithm, signature)
      return message(SIGN_RESPONSE, (writer) => writer.string(whole))
    })
  }

  #reply(request: AgentInboundRequest, type: number | undefined, answer: (request: AgentInboundRequest) => Buffer): boolean {
    this.#needRole(false)
    if (!(request instanceof AgentInboundRequest)) throw new Error('Wrong request argument')
    if (request.hasResponded()) return true
    if (type !== undefined && request.getType() !== type) throw new Error('Invalid response to request')
    request.answer = answer(request)
    let more = true
    while (this.#requests[0]?.answer) more = this.push(this.#requests.shift()!.answer)
    return more
  }

  #needRole(client: boolean): void {
    if (this.#isClient !== client) throw new Error(client ? 'Client-only method called with server role' : 'Server-only method called with client role')
  }
}

/** Errors of the agent's words are those of the stream; what cannot be read is malformed. */
function orMalformed<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Agent responded')) throw error
    throw new Error('Malformed agent response', { cause: error })
  }
}

/** Keys of types that are not known here are passed over. */
function keysOf(reader: WireReader): ParsedKey[] {
  const keys: ParsedKey[] = []
  for (let left = reader.uint32(); left > 0; left--) {
    const key = parseKey(Buffer.from(reader.string()))
    const comment = reader.text()
    if (!(key instanceof Error)) keys.push(Object.assign(key, { comment: key.comment || comment }))
  }
  return keys
}

/** The signature without its name. */
function signatureOf(reader: WireReader): Buffer {
  const whole = new WireReader(reader.string())
  whole.string()
  return Buffer.from(whole.string())
}

function readSignRequest(reader: WireReader): { readonly key: ParsedKey, readonly data: Buffer, readonly hash: 'sha256' | 'sha512' | undefined } | undefined {
  try {
    const key = parseKey(Buffer.from(reader.string()))
    const data = Buffer.from(reader.string())
    const flags = reader.uint32()
    if (key instanceof Error) return undefined
    return { key, data, hash: key.type !== 'ssh-rsa' ? undefined : flags & HASH_FLAGS.sha256 ? 'sha256' : flags & HASH_FLAGS.sha512 ? 'sha512' : undefined }
  } catch {
    return undefined
  }
}

/** @throws Error for an entry that is no object */
function entryOf(entry: ParsedKey | AgentKeyEntry): ReturnType<typeof readAgentKey> {
  if (typeof entry !== 'object' || entry === null) throw new Error(`Invalid key entry: ${String(entry)}`)
  return readAgentKey(entry)
}
