// `agent()`: the keys that are left, the preferred ones first; one connection for a login; session-bind, and an agent that does not bear it.
import { createServer, type Socket } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { agentLogin } from '../../../../src/client/auth/agent-login.ts'
import type { AgentOptions } from '../../../../src/client/auth/agent-options.ts'
import type { AuthContext } from '../../../../src/client/auth/authenticate.ts'
import { SSHError } from '../../../../src/errors/ssh-error.ts'
import type { AgentTransport } from '../../../../src/keys/agent/stream.ts'
import { parsePublicKey } from '../../../../src/keys/public-key.ts'
import { keyPair } from '../../../support/key-pairs.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { scriptedAgent } from '../../../wild/support/scripted-agent.ts'
import { refused, scriptedSession } from './scripted-session.ts'

const TYPES = ['ed25519', 'ecdsa', 'ecdsa384'] as const
const NAMES = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384']
const [ED25519, P256, P384] = NAMES as [string, string, string]
const texts = async () => Promise.all(TYPES.map(async (type) => (await keyPair(type, 'user')).privateKey))
const lineOf = async (name: string) => (await keyPair(TYPES[NAMES.indexOf(name)]!, 'user')).publicKey

/** Of bytes alone: the text of a key is none. */
const hex = (bytes: Uint8Array) => { expect(bytes).toBeInstanceOf(Uint8Array); return Buffer.from(bytes).toString('hex') }

/** A login at a session; `outcomes` has what ends the offer of a type, all others are accepted. */
function contextOf({ outcomes = {}, offered = [], signal = new AbortController().signal, exchange = false, left = ['publickey'] }: {
  readonly outcomes?: Readonly<Record<string, unknown>>, readonly offered?: readonly string[], readonly signal?: AbortSignal, readonly exchange?: boolean, readonly left?: readonly string[]
} = {}) {
  const offers: [type: string, algorithms: readonly string[] | undefined][] = [], preferred = new Set<string>(), closers: (() => void)[] = []
  const session = Object.assign(scriptedSession({ left: { methods: left, partialSuccess: false } }), exchange && { firstExchange: () => ({ hostKey: new Uint8Array(1), sessionId: new Uint8Array(2), signature: new Uint8Array(3) }) })
  const typeOf = (blob: Uint8Array) => parsePublicKey(blob).type
  const context = {
    session, signal,
    wasOffered: (blob: Uint8Array) => offered.includes(typeOf(blob)), isPreferred: (blob: Uint8Array) => preferred.has(hex(blob)), preferKey: (blob: Uint8Array) => preferred.add(hex(blob)),
    atEnd: (close: () => void) => closers.push(close),
    offerKey: async ({ publicKey }: { publicKey: Uint8Array }, algorithms?: readonly string[]) => {
      const type = typeOf(publicKey)
      offers.push([type, algorithms])
      if (type in outcomes) throw outcomes[type]
    },
  } as unknown as AuthContext
  return { context, offers, types: () => offers.map(([type]) => type), end: () => { for (const close of closers.splice(0)) close() } }
}

describe('the keys', () => {
  test.each<[name: string, options: () => Promise<AgentOptions>, where: Parameters<typeof contextOf>[0], offers: string[]]>([
    ['the first is accepted', async () => ({}), {}, [ED25519]],
    ['each is refused', async () => ({}), { outcomes: Object.fromEntries(NAMES.map((name) => [name, refused()])) }, NAMES],
    ['the first is refused, and public keys with it', async () => ({}), { outcomes: { [ED25519]: refused() }, left: ['password'] }, [ED25519]],
    ['a person declines the first', async () => ({}), { outcomes: { [ED25519]: new SSHError('no', { code: 'ERR_AGENT_REFUSED' }) } }, [ED25519, P256]],
    ['the first was offered before', async () => ({}), { offered: [ED25519] }, [P256]],
    ['a filter', async () => ({ filter: ({ publicKey }) => parsePublicKey(publicKey).type === P384 }), {}, [P384]],
    ['a line to go first', async () => ({ first: [await lineOf(P256)] }), {}, [P256]],
    ['a blob to go first', async () => ({ first: [parsePublicKey(await lineOf(P384)).blob] }), {}, [P384]],
    ['what is no key to go first', async () => ({ first: [Uint8Array.of(1, 2), await lineOf(P256)] }), {}, [P256]],
    ['two to go first, in the order of the agent', async () => ({ first: [await lineOf(P384), await lineOf(P256)] }), { outcomes: { [P256]: refused(), [P384]: refused() } }, [P256, P384, ED25519]],
  ])('%s', async (_, options, where, offers) => {
    const { context, types } = contextOf(where)
    const result = agentLogin(context, scriptedAgent({ keys: await texts() }).transport, await options())
    await (offers.at(-1)! in (where?.outcomes ?? {}) ? expect(result).rejects.toBe(where?.outcomes?.[offers.at(-1)!]) : expect(result).resolves.toBeUndefined())
    expect(types()).toEqual(offers)
  })

  test('with the algorithms that are named', async () => {
    const { context, offers } = contextOf()
    await agentLogin(context, scriptedAgent({ keys: await texts() }).transport, { algorithms: [ED25519] })
    expect(offers).toEqual([[ED25519, [ED25519]]])
  })

  test('none', async () => {
    const { context } = contextOf()
    await expect(agentLogin(context, scriptedAgent({ keys: [] }).transport, {})).rejects.toMatchObject({ code: 'ERR_AGENT_EMPTY', message: 'the agent has no key to offer' })
  })

  test('an agent that has hung up is not asked for the next signature', async () => {
    const held = scriptedAgent({ keys: await texts() })
    const gone = new SSHError('gone', { code: 'ERR_AGENT_CLOSED' })
    const { context, types, end } = contextOf({ outcomes: { [ED25519]: gone } })
    const offer = context.offerKey.bind(context)
    Object.assign(context, { offerKey: async (...offered: Parameters<AuthContext['offerKey']>) => { end(); await offer(...offered) } })
    await expect(agentLogin(context, held.transport, {})).rejects.toBe(gone)
    expect([types(), held.closed()]).toEqual([[ED25519], true])
  })
})

test('a login asks each agent once, and closes it at its end', async () => {
  const [one, other] = [scriptedAgent({ keys: await texts() }), scriptedAgent({ keys: await texts() })]
  const { context, types, end } = contextOf()
  for (const { transport } of [one, one, other]) await agentLogin(context, transport, {})
  expect([types(), one.asked, other.asked]).toEqual([[ED25519, ED25519, ED25519], [11], [11]])
  expect([one.closed(), other.closed()]).toEqual([false, false])
  end()
  expect([one.closed(), other.closed()]).toEqual([true, true])
})

test('an agent that says nothing is left when the login is aborted', async () => {
  const abort = new AbortController(), reason = new Error('enough')
  const result = agentLogin(contextOf({ signal: abort.signal }).context, scriptedAgent({ keys: [], list: 'silence' }).transport, {})
  abort.abort(reason)
  await expect(result).rejects.toBe(reason)
})

describe('session-bind', () => {
  const EXTENSION = 27, LIST = 11

  /** An agent at a socket, which hangs up at the requests that `refuses` names. */
  async function socketOf(refuses: (type: number, connection: number) => boolean) {
    const folder = temporaryDirectory('agent-socket'), path = folder.file('socket'), keys = await texts()
    const seen: number[][] = [], sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      const own: number[] = [], { transport } = scriptedAgent({ keys })
      seen.push(own)
      const writer = transport.writable.getWriter()
      socket.on('error', () => {})
      socket.on('data', (frame: Buffer) => {
        own.push(frame[4]!)
        if (refuses(frame[4]!, seen.length)) socket.destroy()
        else void writer.write(frame)
      })
      void Readable.fromWeb(transport.readable as never).pipe(new Writable({ write: (chunk: Uint8Array, _encoding, done) => { socket.write(chunk); done() } }))
    })
    await new Promise<void>((listening) => server.listen(path, listening))
    return { path, seen, async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
      folder.remove()
    } }
  }

  test('comes before everything else, where the exchange is known', async () => {
    const agent = scriptedAgent({ keys: await texts() })
    await agentLogin(contextOf({ exchange: true }).context, agent.transport, {})
    expect(agent.asked).toEqual([EXTENSION, LIST])
    await using socket = await socketOf(() => false)
    const { context, end } = contextOf({ exchange: true })
    await agentLogin(context, socket.path, {})
    end()
    expect(socket.seen).toEqual([[EXTENSION, LIST]])
  })

  test('an agent that hangs up is asked again without it', async () => {
    await using socket = await socketOf((type) => type === EXTENSION)
    const { context, types, end } = contextOf({ exchange: true })
    await agentLogin(context, socket.path, {})
    end()
    expect([socket.seen, types()]).toEqual([[[EXTENSION], [LIST]], [ED25519]])
  })

  test('a stream that has ended cannot be opened again', async () => {
    const closed: AgentTransport = { readable: new ReadableStream({ start: (controller) => controller.close() }), writable: new WritableStream() }
    await expect(agentLogin(contextOf({ exchange: true }).context, closed, {})).rejects.toMatchObject({ code: 'ERR_AGENT_CLOSED' })
  })

  test('an abort meanwhile opens nothing more', async () => {
    const abort = new AbortController(), reason = new Error('enough')
    await using socket = await socketOf((type) => { if (type === EXTENSION) abort.abort(reason); return type === EXTENSION })
    const { context, end } = contextOf({ exchange: true, signal: abort.signal })
    await expect(agentLogin(context, socket.path, {})).rejects.toBe(reason)
    end()
    expect(socket.seen).toEqual([[EXTENSION]])
  })
})
