import { readFileSync } from 'node:fs'
import { connect as connectTcp, createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SshServer } from '../support/ssh-server.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import { attempts } from './attempts.ts'
import { type OwnServer, startOwnServer } from './own-server.ts'

/** The server that is meant; who stands between, with a key of its own, and notes what reaches it; and the way, which leads to either. */
let server: SshServer
let between: OwnServer
let way: Server
let reached: string[]
let connections: number
let takenOver: (connection: number) => boolean

beforeAll(async () => {
  server = await startSsh2Server({ password: 'right', hostKeyTypes: ['ed25519'] })
  between = await startOwnServer((connection) => {
    connection.on('session', () => reached.push('session'))
    connection.on('ready', () => reached.push('ready'))
  }, {
    authenticate(context) {
      reached.push(context.method === 'password' ? `password ${context.password}` : context.method === 'publickey' && context.signature ? 'signature' : context.method)
      if (context.method === 'password') context.accept()
      else context.reject(['publickey', 'password', 'keyboard-interactive', 'hostbased'])
    },
  })
  way = createServer((near) => {
    const far = connectTcp(takenOver(connections++) ? between.port : server.port, '127.0.0.1')
    near.on('error', () => far.destroy()).pipe(far).on('error', () => near.destroy()).pipe(near)
  })
  await new Promise<void>((resolve) => { way.listen(0, '127.0.0.1', resolve) })
})
afterAll(async () => {
  way.close()
  await Promise.all([server.stop(), between.stop()])
})
beforeEach(() => {
  reached = []
  connections = 0
  takenOver = () => true
})

const port = () => (way.address() as AddressInfo).port
const known = () => `[127.0.0.1]:${port()} ${server.hostKeys[0]!.publicKey}\n`
/** All that could be taken from somebody: a password, answers, a key, an agent. */
const to = (more: object = {}) => ({
  host: '127.0.0.1', port: port(), username: 'tester', password: 'right', tryKeyboard: true, privateKey: readFileSync(server.keys.ed25519.path, 'utf8'), agent: 'told',
  localHostname: 'here', localUsername: 'tester', ...more,
})

describe('who stands between, where the mode says no', () => {
  const cases: [what: string, mode: string | undefined, known: (() => string) | undefined, more?: object][] = [
    ['warn: the key has changed', undefined, known], ['accept-new: the key has changed', 'accept-new', known], ['strict: the key has changed', 'strict', known],
    ['strict: the host is unknown', 'strict', undefined], ['warn: the host is unknown, and the agent would be lent', undefined, undefined, { agentForward: true }],
    ['accept-new: the host is unknown, and the agent would be lent', 'accept-new', undefined, { agentForward: true }],
    ['warn: the known hosts are garbage', undefined, () => 'nothing that\nanybody reads\n'], ['accept-new: the known hosts are garbage', 'accept-new', () => 'nothing that\nanybody reads\n'],
    ['warn: by the name that hostKeyAlias gives', undefined, () => known().replace(/^\S+/, 'the.server'), { hostKeyAlias: 'the.server' }],
    ['warn: by a spelling of the address', undefined, known, { host: '127.1' }],
  ]
  test.each(cases)('%s: nothing reaches it', async (_what, mode, text, more) => {
    const { lines, file } = await attempts(mode, text?.(), to(more))
    expect(lines).toEqual([expect.stringMatching(/^error handshake Host denied \(verification failed\)/)])
    expect(reached).toEqual([])
    expect(file()).toBe(text?.() ?? '')
  })

  test('warn: the key changes while the process runs', async () => {
    takenOver = (connection) => connection > 0
    const { lines } = await attempts(undefined, undefined, to(), to(), to())
    expect(lines.filter((line) => !line.startsWith('warning'))).toEqual(['ready', ...Array<unknown>(2).fill(expect.stringMatching(/^error handshake Host denied .*has changed since the first connection of this process/))])
    expect(reached).toEqual([])
  })

  // Both keys were accepted, since neither was known yet, and with accept-new both were written: from then on the man in the middle was known too.
  test.each([undefined, 'accept-new'])('%s: of two first connections at once only one key stands', async (mode) => {
    takenOver = (connection) => connection > 0
    const { lines, file } = await attempts(mode, undefined, to({ atOnce: true, agent: undefined }), to({ atOnce: true, agent: undefined }), to({ atOnce: true, agent: undefined }))
    expect(lines.filter((line) => line === 'ready').length).toBeGreaterThanOrEqual(1)
    expect(lines.filter((line) => /^error handshake Host denied .*has changed since the first connection/.test(line)).length).toBeGreaterThanOrEqual(1)
    expect(lines.filter((line) => !line.startsWith('warning'))).toHaveLength(3)
    expect(file().split('\n').filter(Boolean)).toHaveLength(mode === undefined ? 0 : 1)
  })

  test('accept-new: the key changes after it was written', async () => {
    takenOver = (connection) => connection > 0
    const { lines, file } = await attempts('accept-new', undefined, to(), to())
    expect(lines.filter((line) => !line.startsWith('warning'))).toEqual(['ready', expect.stringMatching(/^error handshake Host denied/)])
    expect(reached).toEqual([])
    expect(file()).toBe(known().split(' ').slice(0, 3).join(' ').trimEnd() + '\n')
  })

  test('a policy of the caller, and a verifier', async () => {
    const { Client } = await import('../../src/ssh2/index.ts')
    const { knownHosts } = await import('../../src/index.ts')
    for (const judge of [{ hostKey: knownHosts(known()) }, { hostVerifier: () => false }, { hostVerifier: async () => false }, { hostVerifier: (_key: Buffer, verify: (valid: boolean) => void) => { setTimeout(verify, 5, false) } }]) {
      const errors: string[] = []
      await new Promise<void>((resolve) => {
        const client = new Client()
        client.on('error', ({ message, level }) => errors.push(`${level} ${message}`)).on('close', resolve)
        client.connect({ ...to(judge), agent: undefined })
      })
      expect(errors).toEqual([expect.stringMatching(/^handshake Host denied \(verification failed\)/)])
    }
    expect(reached).toEqual([])
  })
})

describe('where the mode says yes', () => {
  test('warn: an unknown host is warned of before anything reaches it', async () => {
    const { lines } = await attempts(undefined, undefined, to())
    expect(lines[0]).toMatch(/^warning SSH2_HOST_KEY_UNKNOWN .*password/)
    expect(lines.at(-1)).toBe('ready')
    expect(reached).toContain('password right')
  })

  test('ssh2: whoever stands between gets everything, and the process has said that nothing is checked', async () => {
    const { lines } = await attempts('ssh2', known(), to())
    expect(lines[0]).toMatch(/^warning SSH2_HOST_KEYS_UNCHECKED/)
    expect(reached).toContain('password right')
  })

  test('nobody between: the known key is taken without a word', async () => {
    takenOver = () => false
    for (const mode of ['warn', 'accept-new', 'strict']) expect((await attempts(mode, known(), to())).lines).toEqual(['ready'])
  })
})
