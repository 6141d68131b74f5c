import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { formatPrivateKey, generateKeyPair } from '../../../src/keys/generate-key-pair.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { formatPublicKey } from '../../../src/keys/public-key.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { nodeVerifies } from './independent-verifier.ts'
import { inFolder, PASSPHRASE, run, throughOpenssl } from './key-files.ts'

const data = Buffer.from('what is signed')
const KINDS: [type: 'ed25519' | 'ecdsa' | 'rsa', bits: number | undefined, ssh: string, size: number][] = [
  ['ed25519', undefined, 'ssh-ed25519', 256],
  ['ecdsa', undefined, 'ecdsa-sha2-nistp256', 256],
  ['ecdsa', 384, 'ecdsa-sha2-nistp384', 384],
  ['ecdsa', 521, 'ecdsa-sha2-nistp521', 521],
  ['rsa', 2048, 'ssh-rsa', 2048],
]

describe.each(KINDS)('generateKeyPair %s %s', (type, bits, ssh, size) => {
  const make = () => generateKeyPair(type, { comment: 'a comment', ...bits !== undefined && { bits } })

  it('makes keys that sign', async () => {
    const key = await make()
    expect([key.type, key.bits, key.comment]).toEqual([ssh, size, 'a comment'])
    expect(Buffer.from((await make()).publicKey)).not.toEqual(Buffer.from(key.publicKey))
    for (const algorithm of key.algorithms) expect(nodeVerifies(key.publicKey, await key.sign(data, algorithm), data)).toBe(true)
  })

  it.runIf(requirePeer('sshd')).each(['', PASSPHRASE])('ssh-keygen reads what is written, passphrase "%s"', async (passphrase) => {
    const key = await make()
    const text = await formatPrivateKey(key, { passphrase, rounds: 2 })
    const read = inFolder((file) => {
      writeFileSync(file('key'), text, { mode: 0o600 })
      // Written again by ssh-keygen without a passphrase: it has checked all of the file.
      const publicKey = run('ssh-keygen', ['-y', '-P', passphrase, '-f', file('key')])
      run('ssh-keygen', ['-q', '-p', '-P', passphrase, '-N', '', '-f', file('key')])
      return { publicKey, again: readFileSync(file('key'), 'utf8') }
    })
    expect(read.publicKey.trim()).toBe(formatPublicKey(key))
    expect((await parsePrivateKey(read.again)).publicKey).toEqual(key.publicKey)
    const back = await parsePrivateKey(text, { passphrase })
    expect([back.comment, back.publicKey]).toEqual([key.comment, key.publicKey])
    if (passphrase) await expect(parsePrivateKey(text)).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_REQUIRED' })
  })
})

it('refuses sizes and types that SSH has not, and rounds without end', async () => {
  for (const [type, bits] of [['rsa', 1024], ['rsa', 20000], ['rsa', 2048.5], ['ecdsa', 224], ['dsa', 1024]] as const) {
    await expect(generateKeyPair(type as 'rsa', { bits })).rejects.toMatchObject({ name: 'KeyError', code: 'ERR_KEY_UNSUPPORTED' })
  }
  await expect(formatPrivateKey(await generateKeyPair('ed25519'), { passphrase: 'x', rounds: 1e6 })).rejects.toMatchObject({ code: 'ERR_KEY_LIMIT' })
})

describe('a runtime whose WebCrypto lacks curves and limits PBKDF2', () => {
  afterEach(() => { vi.restoreAllMocks() })
  const lack = (...names: string[]) => {
    const { subtle } = globalThis.crypto
    const importKey = subtle.importKey.bind(subtle) as (...args: unknown[]) => Promise<CryptoKey>
    let refused = 0
    vi.spyOn(subtle, 'importKey').mockImplementation((async (...args: unknown[]) => {
      const parameters = args[2] as string | EcKeyImportParams
      if (![typeof parameters === 'string' ? parameters : parameters.name, (parameters as EcKeyImportParams).namedCurve].some((name) => names.includes(name))) return importKey(...args)
      refused++
      throw new DOMException('Unrecognized name.', 'NotSupportedError')
    }) as typeof subtle.importKey)
    return () => refused
  }
  it.each(KINDS.slice(0, 4))('%s %s', async (type, bits) => {
    const refused = lack('Ed25519', 'ECDSA')
    const key = await generateKeyPair(type, bits === undefined ? {} : { bits })
    expect(nodeVerifies(key.publicKey, await key.sign(data, key.algorithms[0]!), data)).toBe(true)
    expect(refused()).toBeGreaterThan(0)
  })
  it.runIf(requirePeer('openssl')).each(['hmacWithSHA1', 'hmacWithSHA256', 'hmacWithSHA512'])('PBKDF2, %s', async (prf) => {
    const text = await throughOpenssl('ed25519', ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-v2prf', prf], true)
    const refused = lack('PBKDF2')
    expect((await parsePrivateKey(text, { passphrase: PASSPHRASE })).type).toBe('ssh-ed25519')
    expect(refused()).toBe(1)
  })
  it('RSA is said to be unsupported', async () => {
    const key = await generateKeyPair('rsa', { bits: 2048 })
    lack('RSASSA-PKCS1-v1_5')
    await expect(key.sign(data, 'rsa-sha2-512')).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
  })
})

it('options that are none are a TypeError that names the argument', async () => {
  const key = await generateKeyPair('ed25519')
  for (const options of [null, 5, 'comment'] as never[]) {
    await expect(generateKeyPair('ed25519', options)).rejects.toThrow(new TypeError('options must be an object'))
    await expect(formatPrivateKey(key, options)).rejects.toThrow(new TypeError('options must be an object'))
  }
  await expect(formatPrivateKey(null as never)).rejects.toThrow(new TypeError('key must be an object'))
})
