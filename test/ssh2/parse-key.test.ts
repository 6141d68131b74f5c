import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ParsedKey } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { NPM, OURS } from './transcript.ts'

// Making keys of RSA takes seconds on a machine that has much to do.
vi.setConfig({ testTimeout: 120_000 })

let files: TemporaryDirectory
const made: [name: string, passphrase: string | undefined][] = []

beforeAll(() => {
  files = temporaryDirectory('keys')
  for (const [type, bits] of [['ed25519', ''], ['rsa', '2048'], ['ecdsa', '256'], ['ecdsa', '521']] as const) {
    for (const format of ['RFC4716', 'PEM']) {
      for (const passphrase of ['', 'a secret']) {
        if (type === 'ed25519' && format === 'PEM') continue
        const name = `${type}${bits}-${format}-${passphrase === '' ? 'plain' : 'encrypted'}`
        execFileSync('ssh-keygen', ['-q', '-t', type, ...bits ? ['-b', bits] : [], ...format === 'PEM' ? ['-m', 'PEM'] : [], '-N', passphrase, '-C', 'a comment', '-f', files.file(name)])
        made.push([name, passphrase || undefined])
      }
    }
  }
})
afterAll(() => files.remove())

describe('utils.parseKey, beside npm ssh2', () => {
  test('keys that npm ssh2 does not know are an error here too', () => {
    for (const name of ['key', 'key.pub']) {
      for (const { utils } of [NPM, OURS]) expect(utils.parseKey(readFileSync(new URL(`../unit/keys/mldsa44/${name}`, import.meta.url)))).toBeInstanceOf(Error)
    }
  })

  test('reads the same keys at once, and they sign and verify for each other', () => {
    expect(made.length).toBeGreaterThan(10)
    for (const [name, passphrase] of made) {
      const text = readFileSync(files.file(name))
      const [theirs, ours] = [NPM, OURS].map(({ utils }) => utils.parseKey(text, passphrase) as ParsedKey) as [ParsedKey, ParsedKey]
      expect(ours, name).not.toBeInstanceOf(Error)
      expect([ours.type, ours.comment, ours.isPrivateKey()], name).toEqual([theirs.type, theirs.comment, theirs.isPrivateKey()])
      expect(ours.getPublicSSH().equals(theirs.getPublicSSH()), name).toBe(true)
      expect(ours.getPublicPEM(), name).toBe(theirs.getPublicPEM().trimEnd())
      expect(theirs.verify('data', ours.sign('data')), name).toBe(true)
      expect(ours.verify('data', theirs.sign('data')), name).toBe(true)
      expect(ours.equals(text.toString()), name).toBe(passphrase === undefined)
      const line = OURS.utils.parseKey(readFileSync(`${files.file(name)}.pub`)) as ParsedKey
      expect([line.type, line.isPrivateKey(), line.getPrivatePEM()], name).toEqual([ours.type, false, null])
      expect(OURS.utils.parseKey(ours), name).toBe(ours)
    }
  })

  test('says in the words that packages look for what is wrong', () => {
    for (const [name, passphrase] of made) {
      if (passphrase === undefined) continue
      const text = readFileSync(files.file(name))
      expect((OURS.utils.parseKey(text) as Error).message, name).toMatch(/no passphrase given/)
      expect((OURS.utils.parseKey(text, 'wrong') as Error).message, name).toMatch(/bad passphrase/)
    }
    expect((OURS.utils.parseKey('junk') as Error).message).toMatch(/^Unsupported key format/)
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
