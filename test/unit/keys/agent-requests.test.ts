// Each request of the agent protocol byte by byte (draft-ietf-sshm-ssh-agent, RFC 9987), and the stream at its edges.
import { describe, expect, test, vi } from 'vitest'
import { AgentClient } from '../../../src/keys/agent/client.ts'
import { bindForwarded, bindSession } from '../../../src/keys/agent/session-bind.ts'
import { AgentStream, type AgentTransport } from '../../../src/keys/agent/stream.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import type { PrivateKey } from '../../../src/keys/private-key.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { string } from './independent-verifier.ts'
import { times, watchWiping } from './wiped.ts'

const number = (value: number) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes }
const OK = string(Buffer.of(6)), REFUSED = string(Buffer.of(5))

/** An agent that gives the next answer to each request; what follows in an array comes later, undefined is the end. */
function agentOf(...answers: readonly (Buffer | undefined)[]) {
  const asked: Buffer[] = []
  const close = vi.fn(), cancel = vi.fn(), abort = vi.fn()
  let out!: ReadableStreamDefaultController<Uint8Array>
  const rest = [...answers]
  const transport: AgentTransport = {
    readable: new ReadableStream<Uint8Array>({ start: (controller) => { out = controller }, cancel }),
    writable: new WritableStream<Uint8Array>({
      abort,
      write(frame) {
        asked.push(Buffer.from(frame))
        const answer = rest.shift()
        if (answer === undefined) out.close()
        else out.enqueue(Uint8Array.from(answer))
      },
    }),
    close,
  }
  return { transport, asked, close, cancel, abort, send: (bytes: Uint8Array) => out.enqueue(bytes) }
}

describe('requests', () => {
  const key = async (): Promise<PrivateKey> => parsePrivateKey((await keyPair('ed25519', 'user')).privateKey)
  /** The fields of an Ed25519 key: its type, the public part, both parts. */
  const fieldsOf = async () => {
    const file = new WireReader(Buffer.from((await keyPair('ed25519', 'user')).privateKey.split('\n').slice(1, -2).join(''), 'base64').subarray('openssh-key-v1\0'.length))
    for (const _ of ['cipher', 'derivation', 'options']) file.string()
    file.uint32()
    file.string()
    const section = new WireReader(file.string())
    section.bytes(8)
    const [type, publicKey, both] = [section.string(), section.string(), section.string()]
    return Buffer.concat([string(type), string(publicKey), string(both)])
  }
  const comment = string('user_ed25519@test'), LIFETIME = Buffer.concat([Buffer.of(1), number(300)]), CONFIRM = Buffer.of(2)
  test.each<[name: string, options: Parameters<AgentClient['addIdentity']>[1], type: number, comment: Buffer, constraints: Buffer]>([
    ['a key', undefined, 17, comment, Buffer.alloc(0)],
    ['with another comment', { comment: 'x' }, 17, string('x'), Buffer.alloc(0)],
    ['not to confirm', { confirm: false }, 17, comment, Buffer.alloc(0)],
    ['for a time', { lifetime: 300 }, 25, comment, LIFETIME],
    ['to confirm', { confirm: true }, 25, comment, CONFIRM],
    ['both', { lifetime: 300, confirm: true }, 25, comment, Buffer.concat([LIFETIME, CONFIRM])],
  ])('add %s', async (_, options, type, said, constraints) => {
    const { transport, asked } = agentOf(OK)
    await new AgentClient(transport).addIdentity(await key(), options)
    expect(asked).toEqual([string(Buffer.concat([Buffer.of(type), await fieldsOf(), said, constraints]))])
  })

  test.each<[name: string, ask: (client: AgentClient) => Promise<unknown>, request: Buffer]>([
    ['remove', (client) => client.removeIdentity(Uint8Array.of(7)), Buffer.concat([Buffer.of(18), string(Buffer.of(7))])],
    ['remove all', (client) => client.removeAllIdentities(), Buffer.of(19)],
    ['lock', (client) => client.lock('wörd'), Buffer.concat([Buffer.of(22), string('wörd')])],
    ['unlock', (client) => client.unlock(Uint8Array.of(1)), Buffer.concat([Buffer.of(23), string(Buffer.of(1))])],
    ['an extension without contents', (client) => client.extension('x'), Buffer.concat([Buffer.of(27), string('x')])],
  ])('%s', async (_, ask, request) => {
    const { transport, asked } = agentOf(OK, REFUSED)
    const client = new AgentClient(transport)
    await ask(client)
    expect(asked).toEqual([string(request)])
    await expect(ask(client)).rejects.toMatchObject({ code: 'ERR_AGENT_REFUSED', message: 'the agent refused' })
  })

  test('a request is zeroed, and so is what it was written into', async () => {
    const { transport } = agentOf(OK)
    const passphrase = Buffer.concat([Buffer.of(22), string('the passphrase')])
    const wiped = await watchWiping(() => new AgentClient(transport).lock('the passphrase'))
    expect(times(wiped, passphrase)).toBe(1)
    expect(wiped.contents.filter((content) => content.startsWith(passphrase.toString('hex')) && content.length > 2 * passphrase.length)).toHaveLength(1)
  })

  test.each<[name: string, signature: Buffer]>([['bytes behind the signature', Buffer.concat([string(string('ssh-rsa')), Buffer.of(0)])], ['a signature without a name', string(Buffer.of(0, 0))]])('%s', async (_, signature) => {
    const { transport } = agentOf(string(Buffer.concat([Buffer.of(14), signature])))
    await expect(new AgentClient(transport).sign(new Uint8Array(), new Uint8Array(), 'ssh-rsa')).rejects.toMatchObject({ code: 'ERR_AGENT_PROTOCOL' })
  })

  test('a signature by another algorithm says so', async () => {
    const { transport } = agentOf(string(Buffer.concat([Buffer.of(14), string(string('ssh-rsa'))])))
    await expect(new AgentClient(transport).sign(new Uint8Array(), new Uint8Array(), 'rsa-sha2-256')).rejects.toMatchObject({ code: 'ERR_AGENT_PROTOCOL', message: 'the agent was asked for rsa-sha2-256, and signed with another algorithm' })
  })

  test('an answer of another request is none', async () => {
    const { transport } = agentOf(string(Buffer.of(12)))
    await expect(new AgentClient(transport).removeAllIdentities()).rejects.toMatchObject({ code: 'ERR_AGENT_PROTOCOL', message: 'the agent gave an answer of the wrong type' })
  })

  test('an identity is what the agent has: its bytes stay, and it signs with them', async () => {
    const blob = Buffer.concat([string('ssh-ed25519'), string(Buffer.alloc(32, 3))]), signature = Buffer.concat([string('ssh-ed25519'), string('s')])
    const { transport, asked } = agentOf(string(Buffer.concat([Buffer.of(12), number(1), string(blob), string('c')])), string(Buffer.concat([Buffer.of(14), string(signature)])))
    const [identity] = await new AgentClient(transport).identities()
    expect(identity).toMatchObject({ comment: 'c', algorithms: ['ssh-ed25519'] })
    expect(Buffer.from(await identity!.sign(Buffer.from('data'), 'ssh-ed25519'))).toEqual(signature)
    expect(Buffer.from(identity!.publicKey)).toEqual(blob)
    expect(asked[1]).toEqual(string(Buffer.concat([Buffer.of(13), string(blob), string('data'), number(0)])))
  })
})

describe('the stream', () => {
  const take = (stream: AgentStream, ...bytes: readonly number[]) => stream.request(Uint8Array.from(bytes))
  test.each([1, 256 * 1024])('an answer of %d bytes', async (length) => {
    const { transport } = agentOf(Buffer.concat([number(length), Buffer.alloc(length, 9)]))
    expect(Buffer.alloc(length, 9).equals(await take(new AgentStream(transport), 1))).toBe(true)
  })
  test.each([0, 256 * 1024 + 1])('an answer of %d bytes is impossible: it ends both directions', async (length) => {
    const { transport, cancel, abort } = agentOf(Buffer.concat([number(length), Buffer.of(9)]))
    const stream = new AgentStream(transport)
    const impossible = { code: 'ERR_AGENT_PROTOCOL', message: 'the agent announced an answer of an impossible length' }
    await expect(take(stream, 1)).rejects.toMatchObject(impossible)
    expect(stream.closed).toBe(true)
    expect([cancel.mock.calls.length, abort.mock.calls.length]).toEqual([1, 1])
    await expect(take(stream, 2)).rejects.toMatchObject(impossible)
  })
  test('requests queue, and a failed one does not hold up the next', async () => {
    const { transport, asked } = agentOf(string('a'), string('b'))
    const stream = new AgentStream(transport)
    const both = [take(stream, 1), take(stream, 2)]
    expect((await Promise.all(both)).map((answer) => Buffer.from(answer).toString())).toEqual(['a', 'b'])
    expect(asked).toEqual([string(Buffer.of(1)), string(Buffer.of(2))])
    expect(stream.closed).toBe(false)
    await expect(take(stream, 3)).rejects.toMatchObject({ code: 'ERR_AGENT_CLOSED', message: 'the agent closed the connection' })
    await expect(take(stream, 4)).rejects.toMatchObject({ message: 'the agent closed the connection' })
  })
  test('a request waits for the answer before it', async () => {
    const { transport, asked, send } = agentOf(Buffer.alloc(0), string('b'))
    const stream = new AgentStream(transport)
    const both = [take(stream, 1), take(stream, 2)]
    await new Promise((later) => { setTimeout(later, 5) })
    expect(asked).toHaveLength(1)
    send(string('a'))
    expect((await Promise.all(both)).map((answer) => Buffer.from(answer).toString())).toEqual(['a', 'b'])
  })
  test('the first failure stays', async () => {
    const { transport } = agentOf()
    const client = new AgentClient(transport), ended = { message: 'the agent closed the connection' }
    await expect(client.identities()).rejects.toMatchObject(ended)
    await client.close()
    await expect(client.identities()).rejects.toMatchObject(ended)
  })
  test('the bytes of the next answer wait', async () => {
    const { transport } = agentOf(Buffer.concat([string('a'), string('bc')]), Buffer.alloc(0))
    const stream = new AgentStream(transport)
    expect([Buffer.from(await take(stream, 1)).toString(), Buffer.from(await take(stream, 2)).toString()]).toEqual(['a', 'bc'])
  })
  test('a broken transport is a closed connection, with its cause', async () => {
    const cause = new Error('EPIPE')
    const transport = { readable: new ReadableStream<Uint8Array>(), writable: new WritableStream<Uint8Array>({ write: () => { throw cause } }) }
    await expect(take(new AgentStream(transport), 1)).rejects.toMatchObject({ name: 'SSHError', code: 'ERR_AGENT_CLOSED', message: 'the connection to the agent failed', cause })
  })
  test('close ends what is pending, and the transport', async () => {
    const { transport, close } = agentOf(Buffer.alloc(0))
    const client = new AgentClient(transport)
    expect(client.closed).toBe(false)
    const pending = client.identities()
    await client.close()
    const closed = { code: 'ERR_AGENT_CLOSED', message: 'the connection to the agent was closed' }
    await expect(pending).rejects.toMatchObject(closed)
    await expect(client.identities()).rejects.toMatchObject(closed)
    expect([client.closed, close.mock.calls.length]).toEqual([true, 1])
  })
  test('close works without a method of the transport', async () => {
    const { readable, writable } = agentOf().transport
    await expect(new AgentClient({ readable, writable }).close()).resolves.toBeUndefined()
  })
  test('release gives both directions back, unless something came unasked', async () => {
    const clean = agentOf(string('a'))
    const stream = new AgentStream(clean.transport)
    await take(stream, 1)
    stream.release()
    expect([clean.transport.readable.locked, clean.transport.writable.locked]).toEqual([false, false])
    const more = agentOf(Buffer.concat([string('a'), Buffer.of(1)]))
    const other = new AgentStream(more.transport)
    await take(other, 1)
    const unasked = expect.objectContaining({ code: 'ERR_AGENT_PROTOCOL', message: 'the agent sent something that was not requested' }) as Error
    expect(() => other.release()).toThrow(unasked)
    expect(other.closed).toBe(true)
  })
})

describe('session-bind', () => {
  const session = { hostKey: Uint8Array.of(1), sessionId: Uint8Array.of(2, 2), signature: Uint8Array.of(3, 3, 3) }
  const contents = (forwarding: number) => Buffer.concat([Buffer.of(27), string('session-bind@openssh.com'), string(Buffer.of(1)), string(Buffer.of(2, 2)), string(Buffer.of(3, 3, 3)), Buffer.of(forwarding)])
  test('of a client: what it says, and a refusal that changes nothing', async () => {
    for (const answer of [OK, REFUSED, string(Buffer.of(28))]) {
      const { transport, asked } = agentOf(answer, OK)
      const client = new AgentClient(transport)
      await bindSession(client, session)
      expect(asked).toEqual([string(contents(0))])
      expect(client.closed).toBe(false)
    }
  })
  test('an agent that hangs up, and a fault of the program', async () => {
    await expect(bindSession(new AgentClient(agentOf().transport), session)).rejects.toMatchObject({ code: 'ERR_AGENT_CLOSED' })
    const fault = new TypeError('not ours')
    await expect(bindSession({ extension: () => Promise.reject(fault) } as unknown as AgentClient, session)).rejects.toBe(fault)
  })
  test('of a forwarded connection: it is free afterwards, whatever the answer is', async () => {
    for (const answer of [OK, REFUSED]) {
      const { transport, asked } = agentOf(answer)
      await bindForwarded(transport, session)
      expect(asked).toEqual([string(contents(1))])
      expect([transport.readable.locked, transport.writable.locked]).toEqual([false, false])
    }
    await expect(bindForwarded(agentOf(Buffer.concat([OK, Buffer.of(0)])).transport, session)).rejects.toMatchObject({ code: 'ERR_AGENT_PROTOCOL' })
    await expect(bindForwarded(agentOf().transport, session)).rejects.toMatchObject({ code: 'ERR_AGENT_CLOSED' })
  })
})
