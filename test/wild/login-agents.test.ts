// Agents that are not there, or fail: libgit2/libgit2#3866, lablup/bssh#84, dlech/KeeAgent#222, quexten/goldwarden#131, PowerShell/Win32-OpenSSH#1263.
// `ssh` passes each over, and tries the next key and the next method.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { agent, AuthenticationError, type AuthMethod, generateKeyPair, formatPrivateKey, formatPublicKey, password, publicKey } from '../../src/index.ts'
import { nameOf } from './support/public-key-server.ts'
import { scriptedAgent, type ScriptedAgentOptions } from './support/scripted-agent.ts'
import { login, startQuirkyServer } from './support/ssh-server.ts'

const pair = async (type: 'ed25519' | 'rsa') => {
  const key = await generateKeyPair(type, type === 'rsa' ? { bits: 2048 } : {})
  return { text: await formatPrivateKey(key), line: formatPublicKey(key) }
}

/** Logs in at a server that takes the password, and the keys that are named. */
async function visit(auth: readonly AuthMethod[], keys: Readonly<Record<string, string>> = {}, options: { readonly password?: boolean } & Parameters<typeof login>[1] = {}) {
  const { password: takesPassword = true, ...more } = options
  const seen: string[] = []
  await using server = await startQuirkyServer({
    authenticate(context) {
      const name = nameOf(context, keys)
      seen.push(name)
      if ((context.method === 'password' && takesPassword) || (context.method === 'publickey' && !name.includes('another'))) context.accept()
      else context.reject(['publickey', 'password'])
    },
  })
  await using client = await login(server, { auth, ...more })
  return { seen, by: client.authenticatedBy! }
}

describe('an agent that cannot be had', () => {
  const before = process.env['SSH_AUTH_SOCK']
  beforeEach(() => { delete process.env['SSH_AUTH_SOCK'] })
  afterEach(() => { if (before !== undefined) process.env['SSH_AUTH_SOCK'] = before })

  test.each([['no SSH_AUTH_SOCK', undefined], ['a stale socket', '/nonexistent/agent.sock']])('%s', async (_name, path) => {
    const { by } = await visit([agent(path), password('secret')])
    expect(by).toMatchObject({ method: 'password', outcome: 'accepted', before: [] })
  })

  test('is told of when nothing else logs in', async () => {
    const error = await visit([agent(), password('secret')], {}, { password: false }).catch((reason: unknown) => reason) as AuthenticationError
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.attempts).toMatchObject([{ method: 'publickey', outcome: 'failed', error: { code: 'ERR_NO_AGENT' } }, { method: 'password', outcome: 'refused' }])
    expect(error.message).toContain(error.attempts[0]!.error!.message)
    expect(error.message).toContain('password (refused)')
  })
})

describe('an agent that fails is passed over, and let go', () => {
  const faults: [string, Omit<ScriptedAgentOptions, 'keys'>][] = [
    ['refuses its list', { list: 'refuse' }],
    ['hangs up when it is asked for its list', { list: 'hangUp' }],
    ['refuses to sign', { sign: 'refuse' }],
    ['hangs up when it is to sign', { sign: 'hangUp' }],
  ]
  test.each(faults)('%s: the password', async (_name, fault) => {
    const { text, line } = await pair('ed25519')
    const faulty = scriptedAgent({ keys: [text], ...fault })
    const { by, seen } = await visit([agent(faulty.transport), password('secret')], { key: line })
    expect(by.method).toBe('password')
    expect(seen.at(-1)).toBe('password')
    await expect.poll(faulty.closed).toBe(true)
  })

  test.each(faults)('%s: the next key', async (_name, fault) => {
    const [held, named] = [await pair('ed25519'), await pair('ed25519')]
    const { by } = await visit([agent(scriptedAgent({ keys: [held.text], ...fault }).transport), publicKey(named.text)], { held: held.line, named: named.line })
    expect(by).toMatchObject({ method: 'publickey', keyType: 'ssh-ed25519' })
  })

  test('signs with SHA-1 although it was asked for SHA-2', async () => {
    const [rsa, other] = [await pair('rsa'), await pair('ed25519')]
    const { by, seen } = await visit([agent(scriptedAgent({ keys: [rsa.text, other.text], sign: 'sha1' }).transport)], { rsa: rsa.line, other: other.line })
    expect(by.keyType).toBe('ssh-ed25519')
    expect(seen.filter((name) => name.startsWith('! rsa'))).toEqual([])
  })

  test('signs with SHA-1, and that is allowed', async () => {
    const rsa = await pair('rsa')
    const { by } = await visit([agent(scriptedAgent({ keys: [rsa.text], sign: 'sha1' }).transport)], { rsa: rsa.line }, { legacyAlgorithms: true })
    expect(by).toMatchObject({ keyType: 'ssh-rsa', algorithm: 'ssh-rsa' })
  })

  test.each<ScriptedAgentOptions['list' | 'sign'] & string>(['list', 'sign'] as never[])('says nothing when it is asked to %s: the signal and the time end it', async (what) => {
    const { text, line } = await pair('ed25519')
    const abort = new AbortController()
    const silent = scriptedAgent({ keys: [text], [what]: 'silence' })
    const aborted = visit([agent(silent.transport), password('secret')], { key: line }, { signal: abort.signal })
    await expect.poll(() => silent.asked.at(-1)).toBe((what as string) === 'list' ? 11 : 13)
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    await expect.poll(silent.closed).toBe(true)
    const again = scriptedAgent({ keys: [text], [what]: 'silence' })
    await expect(visit([agent(again.transport)], { key: line }, { connectTimeout: 500 })).rejects.toMatchObject({ code: 'ERR_CONNECT_TIMEOUT' })
    await expect.poll(again.closed).toBe(true)
  })
})

describe('more keys in the agent than the server lets one try (MaxAuthTries 6)', () => {
  const many = async () => Promise.all(Array.from({ length: 7 }, () => pair('ed25519')))
  /** Hangs up at the sixth refusal, as sshd does. */
  async function strict(auth: readonly AuthMethod[], line: string) {
    let failures = 0
    await using server = await startQuirkyServer({
      authenticate(context, _number, connection) {
        if (context.method === 'publickey' && nameOf(context, { good: line }).endsWith('good')) context.accept()
        else if (context.method !== 'none' && ++failures >= 6) connection.end()
        else context.reject(['publickey'])
      },
    })
    await using client = await login(server, { auth })
    return client.authenticatedBy!
  }

  test('without a hint the server hangs up', async () => {
    const keys = await many()
    await expect(strict([agent(scriptedAgent({ keys: keys.map(({ text }) => text) }).transport)], keys[6]!.line)).rejects.toMatchObject({ name: 'DisconnectError' })
  })

  test('a key that is named goes first, also where the agent stands before it and holds it', async () => {
    const keys = await many()
    const held = scriptedAgent({ keys: keys.map(({ text }) => text) })
    expect(await strict([agent(held.transport), publicKey(keys[6]!.text)], keys[6]!.line)).toMatchObject({ keyType: 'ssh-ed25519' })
    expect(held.asked).toEqual([])
  })

  test.each(['encrypted', 'public part'])('a key that is named and only the agent can use goes first there (%s)', async (form) => {
    const keys = await many()
    const good = keys[6]!
    const { parsePrivateKey } = await import('../../src/index.ts')
    const named = form === 'encrypted' ? await formatPrivateKey(await parsePrivateKey(good.text), { passphrase: 'unknown here', rounds: 1 }) : good.line
    const by = await strict([publicKey(named), agent(scriptedAgent({ keys: keys.map(({ text }) => text) }).transport)], good.line)
    expect(by.fingerprint).toMatch(/^SHA256:/)
  })

  test('agent(…, { first })', async () => {
    const keys = await many()
    expect(await strict([agent(scriptedAgent({ keys: keys.map(({ text }) => text) }).transport, { first: [keys[6]!.line] })], keys[6]!.line)).toMatchObject({ method: 'publickey' })
  })
})
