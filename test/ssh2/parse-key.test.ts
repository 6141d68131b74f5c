import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { ParsedKey } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { NPM, OURS } from './transcript.ts'

const run = promisify(execFile)
let files: TemporaryDirectory

const KEYS = ([['ed25519', ''], ['rsa', '2048'], ['ecdsa', '256'], ['ecdsa', '521']] as const).flatMap(([type, bits]) => (['RFC4716', 'PEM'] as const)
  .filter((format) => type !== 'ed25519' || format !== 'PEM')
  .flatMap((format) => ['', 'a secret'].map((passphrase) => ({
    name: `${type}${bits}-${format}-${passphrase === '' ? 'plain' : 'encrypted'}`, passphrase: passphrase || undefined,
    args: ['-q', '-t', type, ...bits ? ['-b', bits] : [], ...format === 'PEM' ? ['-m', 'PEM'] : [], '-N', passphrase, '-C', 'a comment'],
  }))))

// Not execFileSync: a worker that does not turn its event loop for a minute while keys are made is given up by the runner, with its whole file.
beforeAll(async () => {
  files = temporaryDirectory('keys')
  for (const { name, args } of KEYS) await run('ssh-keygen', [...args, '-f', files.file(name)])
})
afterAll(() => files?.remove())

describe('utils.parseKey, beside npm ssh2', () => {
  test('keys that npm ssh2 does not know are an error here too', () => {
    for (const name of ['key', 'key.pub']) {
      for (const { utils } of [NPM, OURS]) expect(utils.parseKey(readFileSync(new URL(`../unit/keys/mldsa44/${name}`, import.meta.url)))).toBeInstanceOf(Error)
    }
  })

  test.each(KEYS)('reads the same keys at once, and they sign and verify for each other: $name', ({ name, passphrase }) => {
    const text = readFileSync(files.file(name))
    const [theirs, ours] = [NPM, OURS].map(({ utils }) => utils.parseKey(text, passphrase) as ParsedKey) as [ParsedKey, ParsedKey]
    expect(ours).not.toBeInstanceOf(Error)
    expect([ours.type, ours.comment, ours.isPrivateKey()]).toEqual([theirs.type, theirs.comment, theirs.isPrivateKey()])
    expect(ours.getPublicSSH().equals(theirs.getPublicSSH())).toBe(true)
    expect(ours.getPublicPEM()).toBe(theirs.getPublicPEM().trimEnd())
    expect(theirs.verify('data', ours.sign('data'))).toBe(true)
    expect(ours.verify('data', theirs.sign('data'))).toBe(true)
    expect(ours.equals(text.toString())).toBe(passphrase === undefined)
    const line = OURS.utils.parseKey(readFileSync(`${files.file(name)}.pub`)) as ParsedKey
    expect([line.type, line.isPrivateKey(), line.getPrivatePEM()]).toEqual([ours.type, false, null])
    expect(OURS.utils.parseKey(ours)).toBe(ours)
  })

  test.each(KEYS.filter(({ passphrase }) => passphrase !== undefined))('says in the words that packages look for what is wrong: $name', ({ name }) => {
    const text = readFileSync(files.file(name))
    expect((OURS.utils.parseKey(text) as Error).message).toMatch(/no passphrase given/)
    expect((OURS.utils.parseKey(text, 'wrong') as Error).message).toMatch(/bad passphrase/)
  })

  test('what is no key, in the words of npm ssh2', () => {
    expect((OURS.utils.parseKey('junk') as Error).message).toMatch(/^Unsupported key format/)
    expect((OURS.utils.parseKey('/home/me/.ssh/id_ed25519') as Error).message).toMatch(/^Unsupported key format: this looks like a path/)
    expect((OURS.utils.parseKey('junk') as Error).message).not.toContain('public')
    expect((OURS.utils.parseKey(7 as never) as Error).message).toBe((NPM.utils.parseKey(7 as never) as Error).message)
  })

  test('new keys are read by both', () => {
    for (const [type, options] of [['ed25519', {}], ['rsa', { bits: 2048 }], ['ecdsa', { bits: 384 }], ['ed25519', { passphrase: 'x', cipher: 'aes256-ctr', rounds: 4, comment: 'mine' }]] as const) {
      const pair = OURS.utils.generateKeyPairSync(type as 'ed25519', options as never)
      const passphrase = 'passphrase' in options ? options.passphrase : undefined
      const [theirs, ours] = [NPM, OURS].map(({ utils }) => utils.parseKey(pair.private, passphrase) as ParsedKey) as [ParsedKey, ParsedKey]
      expect(theirs.getPublicSSH().equals(ours.getPublicSSH())).toBe(true)
      expect((OURS.utils.parseKey(pair.public) as ParsedKey).getPublicSSH().equals(ours.getPublicSSH())).toBe(true)
    }
  })
})
