import { describe, expect, it } from 'vitest'
import { AgentClient } from '../../../src/keys/agent/client.ts'
import { string, strings } from './independent-verifier.ts'

const number = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const blob = Buffer.concat([string('ssh-rsa'), string(Buffer.of(3)), string(Buffer.of(5))])

/** An agent that gives the answer of a test, in chunks of `chunk` bytes, to every question; undefined ends the stream. */
function scripted(answer: (question: Buffer) => Buffer | undefined, chunk = 1000) {
  const questions: Buffer[] = []
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const readable = new ReadableStream<Uint8Array>({ start: (given) => { controller = given } })
  const writable = new WritableStream<Uint8Array>({
    write(frame) {
      const question = strings(frame)[0]!
      questions.push(Buffer.from(question))
      const bytes = answer(question)
      if (bytes === undefined) return controller.close()
      for (let at = 0; at < bytes.length; at += chunk) controller.enqueue(Uint8Array.from(bytes.subarray(at, at + chunk)))
    },
  })
  return { client: new AgentClient({ readable, writable }), questions }
}

const identities = (...entries: [Buffer, string][]) => string(Buffer.concat([Buffer.of(12), number(entries.length), ...entries.flatMap(([key, comment]) => [string(key), string(comment)])]))

describe('AgentClient', () => {
  it('reads answers in single bytes, and leaves out what is no key', async () => {
    const { client, questions } = scripted(() => identities([blob, 'one'], [Buffer.of(1), 'garbage'], [string('ssh-unknown'), 'zwölf']), 1)
    const found = await client.identities()
    expect(found.map(({ comment, algorithms }) => [comment, algorithms])).toEqual([['one', ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']], ['zwölf', ['ssh-unknown']]])
    expect(questions).toEqual([Buffer.of(11)])
  })

  it.each([['rsa-sha2-512', 4], ['rsa-sha2-256', 2], ['ssh-rsa', 0], ['rsa-sha2-512-cert-v01@openssh.com', 4]])('asks for %s by flags %i', async (algorithm, flags) => {
    const plain = algorithm.replace('-cert-v01@openssh.com', '')
    const whole = Buffer.concat([string(plain), string('x')])
    const { client, questions } = scripted(() => string(Buffer.concat([Buffer.of(14), string(whole)])))
    expect(Buffer.from(await client.sign(blob, Buffer.from('data'), algorithm))).toEqual(whole)
    expect(questions).toEqual([Buffer.concat([Buffer.of(13), string(blob), string('data'), number(flags)])])
  })

  it.each(['ssh-mldsa44-ed25519-cert', 'ssh-mldsa44-ed25519-cert-v01@openssh.com'])('the signature of a certificate of type %s has the name of its key', async (type) => {
    const plain = type.replace('-cert-v01', '').replace(/-cert$/, '')
    const certificate = Buffer.concat([string(type), string('nonce')]), whole = Buffer.concat([string(plain), string('x')])
    const { client } = scripted((question) => question[0] === 11 ? identities([certificate, 'one']) : string(Buffer.concat([Buffer.of(14), string(whole)])))
    const [identity] = await client.identities()
    expect(identity!.algorithms).toEqual([type])
    expect(Buffer.from(await identity!.sign(Buffer.from('data'), type))).toEqual(whole)
  })

  it.each<[name: string, answer: Buffer | undefined, code: string]>([
    ['failure', string(Buffer.of(5)), 'ERR_AGENT_REFUSED'],
    ['failure of an extension', string(Buffer.of(28)), 'ERR_AGENT_REFUSED'],
    ['another answer', string(Buffer.of(6)), 'ERR_AGENT_PROTOCOL'],
    ['an empty answer', number(0), 'ERR_AGENT_PROTOCOL'],
    ['a huge answer', number(0x7fffffff), 'ERR_AGENT_PROTOCOL'],
    ['a count without entries', string(Buffer.concat([Buffer.of(12), number(0xffffffff)])), 'ERR_AGENT_PROTOCOL'],
    ['bytes after the entries', string(Buffer.concat([Buffer.of(12), number(0), Buffer.of(9)])), 'ERR_AGENT_PROTOCOL'],
    ['end of stream', undefined, 'ERR_AGENT_CLOSED'],
  ])('%s', async (_name, answer, code) => {
    await expect(scripted(() => answer).client.identities()).rejects.toMatchObject({ name: 'SSHError', code })
  })

  it('a signature by another algorithm than asked is refused: old agents ignore the flags', async () => {
    const { client } = scripted(() => string(Buffer.concat([Buffer.of(14), string(Buffer.concat([string('ssh-rsa'), string('x')]))])))
    await expect(client.sign(blob, Buffer.from('data'), 'rsa-sha2-512')).rejects.toMatchObject({ code: 'ERR_AGENT_PROTOCOL' })
  })

  it('a refusal leaves the connection usable, nonsense does not', async () => {
    const answers = [string(Buffer.of(5)), identities([blob, 'one']), number(0), identities([blob, 'one'])]
    const { client, questions } = scripted(() => answers.shift())
    await expect(client.identities()).rejects.toMatchObject({ code: 'ERR_AGENT_REFUSED' })
    expect(await client.identities()).toHaveLength(1)
    await expect(client.identities()).rejects.toMatchObject({ code: 'ERR_AGENT_PROTOCOL' })
    await expect(client.identities()).rejects.toMatchObject({ code: 'ERR_AGENT_PROTOCOL' })
    expect(questions).toHaveLength(3)
  })

  it('gives the contents of an extension', async () => {
    const { client, questions } = scripted(() => string(Buffer.concat([Buffer.of(29), string('query'), string('a')])))
    expect(Buffer.from(await client.extension('query', Buffer.of(7)))).toEqual(Buffer.concat([string('query'), string('a')]))
    expect(questions).toEqual([Buffer.concat([Buffer.of(27), string('query'), Buffer.of(7)])])
  })
})
