// Servers that want several methods, or name none: net-ssh/net-ssh#872, phpseclib/phpseclib#1648, apache/mina-sshd#533, mwiede/jsch#398, sshnet/SSH.NET#90.
import { describe, expect, test } from 'vitest'
import { agent, AuthenticationError, type AuthMethod, keyboardInteractive, password, publicKey } from '../../src/index.ts'
import { formatPrivateKey, formatPublicKey, generateKeyPair } from '../../src/index.ts'
import { nameOf } from './support/public-key-server.ts'
import { scriptedAgent } from './support/scripted-agent.ts'
import { login, startQuirkyServer } from './support/ssh-server.ts'

const pair = async () => {
  const key = await generateKeyPair('ed25519')
  return { text: await formatPrivateKey(key), line: formatPublicKey(key) }
}

/** A server that wants these one after the other, as AuthenticationMethods of sshd_config(5); a key must be another each time. */
async function wanting(wanted: readonly string[], auth: readonly AuthMethod[], { keys = {}, lists = (left: readonly string[]) => left.slice(0, 1) }: {
  readonly keys?: Readonly<Record<string, string>>
  /** What it names of what is left. */
  readonly lists?: (left: readonly string[]) => readonly string[]
} = {}) {
  const seen: string[] = []
  const used = new Set<string>()
  let left = wanted
  await using server = await startQuirkyServer({
    authenticate(context) {
      const name = nameOf(context, keys)
      seen.push(name)
      const key = name.slice(2)
      const right = context.method === left[0] && (context.method !== 'publickey' || (key !== 'another' && !used.has(key)))
      if (right && name.startsWith('?')) return context.accept()
      if (!right) return context.reject(lists(left) as never)
      used.add(key)
      left = left.slice(1)
      if (left.length === 0) context.accept()
      else context.reject(lists(left) as never, true)
    },
  })
  const client = await login(server, { auth }).catch((error: unknown) => { throw Object.assign(error as Error, { seen }) })
  await client.close()
  return { seen, by: client.authenticatedBy! }
}

describe('several methods, one after the other', () => {
  test.each([[true], [false]])('publickey, then password, whatever order they are given in', async (passwordFirst) => {
    const key = await pair()
    const methods = [publicKey(key.text), password('secret')]
    const { seen, by } = await wanting(['publickey', 'password'], passwordFirst ? methods.reverse() : methods, { keys: { key: key.line } })
    expect(seen).toEqual(['none', '! key', 'password'])
    expect(by).toMatchObject({ method: 'password', before: [{ method: 'publickey', outcome: 'partial', keyType: 'ssh-ed25519' }] })
  })

  test('a password that was refused before its turn is given again', async () => {
    const key = await pair()
    const { seen } = await wanting(['publickey', 'password'], [password('secret'), publicKey(key.text)], { keys: { key: key.line }, lists: () => ['publickey', 'password'] })
    expect(seen).toEqual(['none', 'password', '! key', 'password'])
  })

  test('two keys: an agent\'s other ones are offered, each key once', async () => {
    const [a, b, c] = [await pair(), await pair(), await pair()]
    const held = scriptedAgent({ keys: [a.text, b.text, c.text] })
    const { seen, by } = await wanting(['publickey', 'publickey'], [agent(held.transport)], { keys: { b: b.line, c: c.line } })
    expect(seen).toEqual(['none', '? another', '? b', '! b', '? c', '! c'])
    expect(by.before).toHaveLength(1)
    expect(held.asked.filter((type) => type === 11)).toEqual([11])
  })

  test('two rounds of prompts', async () => {
    const rounds: string[] = []
    await using server = await startQuirkyServer({
      authenticate(context, number) {
        if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
        context.prompt([{ prompt: `${number}: `, echo: false }], () => number === 1 ? context.reject(['keyboard-interactive'], true) : context.accept())
      },
    })
    await using client = await login(server, { auth: [keyboardInteractive((prompts) => prompts.map(({ text }) => { rounds.push(text); return 'x' }))] })
    expect(rounds).toEqual(['1: ', '2: '])
    expect(client.authenticatedBy).toMatchObject({ method: 'keyboard-interactive', before: [{ method: 'keyboard-interactive', outcome: 'partial' }] })
  })

  test('a server that is never satisfied comes to an end', async () => {
    let requests = 0
    await using server = await startQuirkyServer({ authenticate: (context) => { requests++; context.reject(['password'], context.method === 'password') } })
    const error = await login(server).catch((reason: unknown) => reason) as AuthenticationError
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(requests).toBeLessThan(20)
    expect(error.attempts.every(({ outcome }) => outcome === 'partial')).toBe(true)
  })
})

describe('what the server says about methods', () => {
  test.each([['always', () => []], ['only in answer to none', (method: string) => method === 'none' ? [] : ['password']]])('an empty list, %s: what was given is tried', async (_when, list: (method: string) => string[]) => {
    await using server = await startQuirkyServer({ authenticate: (context) => context.method === 'password' && context.password === 'right' ? context.accept() : context.reject(list(context.method) as never) })
    await using client = await login(server, { auth: [password('wrong'), password('right')] })
    expect(client.authenticatedBy).toMatchObject({ method: 'password', before: [] })
  })

  test('a method that it names later', async () => {
    await using server = await startQuirkyServer({ authenticate: (context) => context.method === 'password' ? context.accept() : context.reject(context.method === 'none' ? ['keyboard-interactive'] : ['password']) })
    await using client = await login(server, { auth: [password('x'), keyboardInteractive(() => ['x'])] })
    expect(client.authenticatedBy?.method).toBe('password')
  })

  test('a user whom method none lets in can see it', async () => {
    await using server = await startQuirkyServer()
    await using client = await login(server)
    expect(client.authenticatedBy).toEqual({ method: 'none', outcome: 'accepted', before: [] })
  })

  test('the error lists each method and key, what became of it, and what was left out', async () => {
    const key = await pair()
    await using server = await startQuirkyServer({ authenticate: (context) => context.reject(['publickey', 'password']) })
    const error = await login(server, { auth: [publicKey('no key'), publicKey(key.text), password('x'), keyboardInteractive(() => [])] }).catch((reason: unknown) => reason) as AuthenticationError
    expect(error.attempts).toMatchObject([
      { method: 'publickey', outcome: 'failed', error: { name: 'KeyError' } }, { method: 'publickey', outcome: 'refused', keyType: 'ssh-ed25519' }, { method: 'password', outcome: 'refused' },
    ])
    expect(error.message).toMatch(/not a private key.*publickey ssh-ed25519 SHA256:\S+ \(refused\), password \(refused\); not tried, because the server does not accept it now: keyboard-interactive; the server accepts: publickey, password/)
    expect(error).toMatchObject({ methodsTried: ['publickey', 'publickey', 'password'], methodsLeft: ['publickey', 'password'], code: 'ERR_AUTHENTICATION_FAILED' })
  })
})
