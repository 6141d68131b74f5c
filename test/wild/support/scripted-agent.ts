import { type AgentTransport, parsePrivateKey } from '../../../src/index.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

const FAILURE = 5, REQUEST_IDENTITIES = 11, IDENTITIES_ANSWER = 12, SIGN_REQUEST = 13, SIGN_RESPONSE = 14
const ALGORITHMS = ['ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512']

export interface ScriptedAgentOptions {
  /** Private keys in any format that `parsePrivateKey` reads. */
  readonly keys: readonly string[]
  /** What it does with a request in place of the right answer: hang up, refuse, say nothing, sign with SHA-1 whatever was asked for. */
  readonly list?: 'hangUp' | 'refuse' | 'silence'
  readonly sign?: 'hangUp' | 'refuse' | 'silence' | 'sha1'
}

export interface ScriptedAgent {
  readonly transport: AgentTransport
  /** Numbers of the messages that it got. */
  readonly asked: readonly number[]
  /** Whether the client has ended the connection. */
  readonly closed: () => boolean
}

/** An agent with one fault, in memory. */
export function scriptedAgent({ keys, list, sign }: ScriptedAgentOptions): ScriptedAgent {
  const asked: number[] = []
  let answers!: ReadableStreamDefaultController<Uint8Array>
  let closed = false
  const parsed = Promise.all(keys.map((text) => parsePrivateKey(text)))
  const reply = (body: Uint8Array) => answers.enqueue(new WireWriter().string(body).finish())
  const misbehave = (how: string | undefined) => {
    if (how === 'hangUp') answers.close()
    if (how === 'refuse') reply(Uint8Array.of(FAILURE))
    return how === 'hangUp' || how === 'refuse' || how === 'silence'
  }
  async function answer(request: WireReader): Promise<void> {
    const type = request.byte()
    asked.push(type)
    if (type === REQUEST_IDENTITIES && !misbehave(list)) {
      const body = new WireWriter().byte(IDENTITIES_ANSWER).uint32(keys.length)
      for (const key of await parsed) body.string(key.publicKey).string('a key')
      reply(body.finish())
    } else if (type === SIGN_REQUEST && !misbehave(sign)) {
      const blob = Buffer.from(request.string()), data = request.string()
      const key = (await parsed).find((candidate) => blob.equals(candidate.publicKey))!
      const algorithm = key.type !== 'ssh-rsa' ? key.type : ALGORITHMS[sign === 'sha1' ? 0 : request.uint32() >> 1]!
      reply(new WireWriter().byte(SIGN_RESPONSE).string(await key.sign(data, algorithm)).finish())
    } else if (type !== REQUEST_IDENTITIES && type !== SIGN_REQUEST) {
      reply(Uint8Array.of(FAILURE))
    }
  }
  const readable = new ReadableStream<Uint8Array>({ start: (controller) => { answers = controller } })
  const writable = new WritableStream<Uint8Array>({ write: (frame) => answer(new WireReader(frame.subarray(4))) })
  return { transport: { readable, writable, close: () => { closed = true } }, asked, closed: () => closed }
}
