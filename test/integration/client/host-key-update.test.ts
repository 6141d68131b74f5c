import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, formatPublicKey, generateKeyPair, type HostKeyUpdate, knownHosts, memoryHostKeyStore, parsePublicKey, publicKey, trustOnFirstUse } from '../../../src/index.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { requirePeer } from '../../support/require-peer.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'

/** hostkeys-00@openssh.com and hostkeys-prove-00: a planned change of host keys is no surprise. */
describe.runIf(requirePeer('sshd'))('keys that a host announces', () => {
  let server: SshServer, key: string, ed25519: string, ecdsa: string, rsa: string, gone: string
  beforeAll(async () => {
    server = await startSshd({ hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'] })
    key = (await keyPair('ed25519', 'user')).privateKey
    ;[ed25519, ecdsa, rsa] = await Promise.all((['ed25519', 'ecdsa', 'rsa'] as const).map(async (type) => short((await keyPair(type, 'host')).publicKey))) as [string, string, string]
    gone = short(formatPublicKey(await generateKeyPair('ecdsa', { bits: 384 })))
  })
  afterAll(() => server.stop())
  const short = (line: string) => line.split(' ').slice(0, 2).join(' ')
  const name = () => `[127.0.0.1]:${server.port}`
  const visit = async (hostKey: Parameters<typeof connect>[0]['hostKey']) => connect({ host: '127.0.0.1', port: server.port, username: server.user, hostKey, auth: [publicKey(key)] })
  /** Visits with a store of this text, and gives what it holds once the update has been decided. */
  async function after(text: string, options = {}): Promise<string> {
    const store = memoryHostKeyStore(text)
    const policy = trustOnFirstUse(store, { updateHostKeys: true, ...options })
    const decided = withResolvers<void>()
    await using _client = await visit({ ...policy, update: async (update) => { await policy.update!(update); decided.resolve() } })
    await decided.promise
    return await store.read()
  }
  const lines = (text: string) => text.trimEnd().split('\n').sort()

  test('new ones are learnt, old ones forgotten, other lines kept', async () => {
    const text = `# mine\n${name()} ${ecdsa}\n${name()} ${gone}\nother ssh-nothing\n`
    expect(lines(await after(text))).toEqual(lines(`# mine\n${name()} ${ecdsa}\nother ssh-nothing\n${name()} ${ed25519}\n${name()} ${rsa}\n`))
  })
  test('hashed names stay hashed', async () => {
    const { KnownHostsFile } = await import('../../../src/index.ts')
    const hashed = await new KnownHostsFile().add('127.0.0.1', server.port, parsePublicKey(ecdsa).blob, { hash: true })
    const result = lines(await after(`${hashed}\n`))
    expect(result).toHaveLength(3)
    expect(result.every((line) => line.startsWith('|1|'))).toBe(true)
  })
  test.each<[string, () => string]>([
    ['a key that would come stands under another name', () => `${name()} ${ecdsa}\nother ${ed25519}\n`],
    ['a key that would go stands under another name', () => `${name()} ${ecdsa}\n${name()} ${gone}\nother ${gone}\n`],
    ['a pattern', () => `[127.0.0.*]:${server.port} ${ecdsa}\n`],
    ['an authority', () => `${name()} ${ecdsa}\n@cert-authority ${name()} ${gone}\n`],
    ['a revoked key', () => `${name()} ${ecdsa}\n@revoked ${name()} ${gone}\n`],
    ['another name beside it', () => `${name()},alias ${ecdsa}\n`],
    ['known without its port only', () => `127.0.0.1 ${ecdsa}\n`],
  ])('nothing changes: %s', async (_name, text) => {
    expect(await after(text())).toBe(text())
  })
  test('a policy of any kind may hear of them, and have them proved', async () => {
    const heard = withResolvers<[HostKeyUpdate, boolean]>()
    await using _client = await visit({ ...knownHosts(`${name()} ${ecdsa}\n`), update: async (update) => heard.resolve([update, await update.prove(update.keys)]) })
    const [update, proved] = await heard.promise
    expect(proved).toBe(true)
    expect(update.keys.map((blob) => formatPublicKey({ blob })).sort()).toEqual([ed25519, ecdsa, rsa].sort())
  })
})

function withResolvers<T>(): { promise: Promise<T>, resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((resolved) => { resolve = resolved })
  return { promise, resolve }
}
