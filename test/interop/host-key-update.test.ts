// The keys that a server announces: ours and OpenSSH's client do the same with the same known_hosts (UpdateHostKeys yes).
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, formatPublicKey, generateKeyPair, KnownHostsFile, parsePublicKey, publicKey } from '../../src/index.ts'
import { offeredAlgorithms } from '../../src/openssh/algorithms.ts'
import { readSshConfig } from '../../src/openssh/config/ssh-config.ts'
import { hostKeyPolicyOf } from '../../src/openssh/host-keys/policy.ts'
import { nobody } from '../../src/openssh/person.ts'
import { keyPair } from '../support/key-pairs.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'

const run = promisify(execFile)
const bare = (line: string) => line.split(' ').slice(0, 2).join(' ')

describe.runIf(requirePeer('sshd'))('ours and OpenSSH make the same of the announced keys', () => {
  let server: SshServer, files: TemporaryDirectory, ed25519: string, ecdsa: string, rsa: string, gone: string
  beforeAll(async () => {
    files = temporaryDirectory('host-key-update')
    server = await startSshd({ hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'] });
    [ed25519, ecdsa, rsa] = await Promise.all((['ed25519', 'ecdsa', 'rsa'] as const).map(async (type) => bare((await keyPair(type, 'host')).publicKey))) as [string, string, string]
    gone = bare(formatPublicKey(await generateKeyPair('ecdsa', { bits: 384 })))
  })
  afterAll(async () => {
    await server?.stop()
    files?.remove()
  })

  interface Texts { readonly first: string, readonly second: string, readonly system: string }
  let count = 0
  function written(texts: Texts): Record<keyof Texts, string> {
    count++
    const paths = { first: files.file(`${count}-first`), second: files.file(`${count}-second`), system: files.file(`${count}-system`) }
    for (const name of ['first', 'second', 'system'] as const) writeFileSync(paths[name], texts[name])
    return paths
  }
  const settings = (paths: Record<keyof Texts, string>, more: readonly string[]) => [...more, 'UpdateHostKeys yes', `UserKnownHostsFile ${paths.first} ${paths.second}`, `GlobalKnownHostsFile ${paths.system}`]
  /** Hashed names differ each time: only their number counts. */
  const outcome = (paths: Record<keyof Texts, string>) => [paths.first, paths.second, paths.system].map((path) => readFileSync(path, 'utf8').split('\n').map((line) => line.replace(/^\|1\|\S+/, '|1|')).sort())

  async function byOpenssh(texts: Texts, more: readonly string[]) {
    const paths = written(texts)
    const options = ['IdentitiesOnly yes', 'IdentityAgent none', 'LogLevel ERROR', 'BatchMode yes', ...settings(paths, more)].flatMap((option) => ['-o', option])
    await run('ssh', ['-F', 'none', ...options, '-i', server.keys.ed25519.path, '-p', String(server.port), `${server.user}@127.0.0.1`, 'true'], { timeout: 60_000 })
    return outcome(paths)
  }

  async function byUs(texts: Texts, more: readonly string[]) {
    const paths = written(texts)
    const config = await readSshConfig({ host: '127.0.0.1', file: 'none', options: [`Port ${server.port}`, ...settings(paths, more)] })
    const policy = hostKeyPolicyOf(config, nobody)
    let decide!: () => void
    const decided = new Promise<void>((resolve) => { decide = resolve })
    await using _client = await connect({
      host: '127.0.0.1', port: server.port, username: server.user, ...await offeredAlgorithms(config, policy, () => {}), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
      hostKey: { ...policy, update: async (update) => { await policy.update!(update); decide() } },
    })
    await decided
    return outcome(paths)
  }

  const name = () => `[127.0.0.1]:${server.port}`
  const hashed = async (key: string) => `${await new KnownHostsFile().add('127.0.0.1', server.port, parsePublicKey(key).blob, { hash: true })}\n`
  type Case = readonly [what: string, texts: () => Partial<Texts> | Promise<Partial<Texts>>, changes: boolean, more?: readonly string[]]
  const cases: readonly Case[] = [
    ['new keys', () => ({ first: `${name()} ${ed25519}\n` }), true],
    ['an old key too, and lines of others', () => ({ first: `# mine\n\n${name()} ${ecdsa}\n${name()} ${gone}\nother ssh-nothing\n` }), true],
    ['an old key alone', () => ({ first: `${name()} ${ed25519}\n${name()} ${ecdsa}\n${name()} ${rsa}\n${name()} ${gone}\n` }), true],
    ['nothing new', () => ({ first: `${name()} ${ed25519}\n${name()} ${ecdsa}\n${name()} ${rsa}\n` }), false],
    ['HashKnownHosts', () => ({ first: `${name()} ${ed25519}\n` }), true, ['HashKnownHosts yes']],
    ['hashed names, HashKnownHosts', async () => ({ first: await hashed(ed25519) }), true, ['HashKnownHosts yes']],
    ['two files of the user', () => ({ first: `other ${gone}\n`, second: `${name()} ${ed25519}\n` }), true],
    ['the global file', () => ({ system: `${name()} ${ed25519}\n` }), false],
    ['a pattern', () => ({ first: `[127.0.0.*]:${server.port} ${ed25519}\n` }), false],
    ['an authority', () => ({ first: `${name()} ${ed25519}\n@cert-authority ${name()} ${gone}\n` }), false],
    ['a revoked key', () => ({ first: `${name()} ${ed25519}\n@revoked ${name()} ${gone}\n` }), false],
    ['three names', () => ({ first: `${name()},one,two ${ed25519}\n` }), false],
    ['a new key under another name', () => ({ first: `${name()} ${ed25519}\nother ${ecdsa}\n` }), false],
    ['an old key under another name', () => ({ first: `${name()} ${ed25519}\n${name()} ${gone}\nother ${gone}\n` }), false],
    ['known without the port only', () => ({ first: `127.0.0.1 ${ed25519}\n` }), false],
    ['a new host, accept-new', () => ({}), true, ['StrictHostKeyChecking accept-new']],
    ['HostKeyAlgorithms without RSA', () => ({ first: `${name()} ${ed25519}\n` }), true, ['HostKeyAlgorithms ssh-ed25519,ecdsa-sha2-nistp256']],
    ['an alias', () => ({ first: `alias ${ed25519}\n` }), true, ['HostKeyAlias alias']],
  ]
  test.each(cases.map(([what, texts, changes, more = []]) => [what, texts, changes, more] as const))('%s', async (_, texts, changes, more) => {
    const before = { first: '', second: '', system: '', ...await texts() }
    const [theirs, mine] = await Promise.all([byOpenssh(before, more), byUs(before, more)])
    expect(mine).toEqual(theirs)
    expect(JSON.stringify(mine) !== JSON.stringify(outcome(written(before)))).toBe(changes)
  })
})
