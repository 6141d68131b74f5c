import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { HostKeyInfo, HostKeyPolicy } from '../../../src/host-key/policy.ts'
import { insecureAcceptAnyHostKey } from '../../../src/host-key/insecure-accept-any-host-key.ts'
import { pinned } from '../../../src/host-key/pinned.ts'
import { verifyHostKeyWith } from '../../../src/host-key/verify-host-key-with.ts'
import { type KeyPair, keyPair } from '../../support/key-pairs.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { bare, blob, certify } from './ssh-keygen.ts'

const directory = temporaryDirectory('policies')
afterAll(() => directory.remove())

let ed25519: KeyPair, rsa: KeyPair
beforeAll(async () => {
  ed25519 = await keyPair('ed25519', 'host')
  rsa = await keyPair('rsa', 'host')
})

const info = (line: string, more: Partial<HostKeyInfo> = {}): HostKeyInfo => ({ host: 'h.example', port: 22, key: blob(line), algorithm: 'x', ...more })
const verify = async (policy: HostKeyPolicy, line: string, more?: Partial<HostKeyInfo>) => policy.verify(info(line, more))

describe('pinned', () => {
  test('accepts the key of a fingerprint, of a line, of one of several', async () => {
    await verify(pinned(ed25519.fingerprint), ed25519.publicKey)
    await verify(pinned(` ${ed25519.fingerprint}=\n`), ed25519.publicKey)
    await verify(pinned(ed25519.publicKey), ed25519.publicKey)
    await verify(pinned(bare(rsa.publicKey)), rsa.publicKey)
    await verify(pinned([rsa.fingerprint, ed25519.publicKey]), ed25519.publicKey)
  })

  test('accepts a certificate for the pinned key', async () => {
    await verify(pinned(ed25519.fingerprint), await certify(directory, 'ed25519', 'ecdsa', ['-h', '-n', 'other']))
  })

  test('refuses every other key, and says what it expected', async () => {
    await expect(verify(pinned(ed25519.fingerprint), rsa.publicKey)).rejects.toMatchObject({ name: 'HostKeyError', code: 'ERR_HOST_KEY_CHANGED', expected: ed25519.fingerprint, received: rsa.fingerprint })
    await expect(verify(pinned(ed25519.publicKey), rsa.publicKey)).rejects.toMatchObject({ expected: ed25519.fingerprint })
    const changed = ed25519.fingerprint.replace(/^SHA256:./, (start) => start === 'SHA256:A' ? 'SHA256:B' : 'SHA256:A')
    await expect(verify(pinned(changed), ed25519.publicKey)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED' })
  })

  test.each(['', 'SHA256:', 'SHA256:abc', 'MD5:00:11', 'sha256:x', `SHA256:${'A'.repeat(44)}`, `SHA256:${'A'.repeat(42)}!`, 'ssh-ed25519', 'ssh-ed25519 AAAA', '# ssh-ed25519', '@revoked'])('%j is no pin', (text) => {
    expect(() => pinned(text)).toThrow(TypeError)
  })

  test('an empty list is no policy', () => {
    expect(() => pinned([])).toThrow(TypeError)
  })

  test('prefers the types of pinned lines', async () => {
    expect(await pinned([rsa.publicKey, ed25519.fingerprint]).preferredAlgorithms!('h', 22)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'])
    expect(await pinned(ed25519.fingerprint).preferredAlgorithms!('h', 22)).toEqual([])
  })
})

describe('verifyHostKeyWith', () => {
  test('shows the key and its fingerprint to the caller, and waits', async () => {
    const decide = vi.fn(async () => true)
    await verify(verifyHostKeyWith(decide), ed25519.publicKey)
    expect(decide).toHaveBeenCalledWith({ ...info(ed25519.publicKey), fingerprint: ed25519.fingerprint })
  })

  test.each([false, undefined, 1, 'yes'])('%j does not accept', async (answer) => {
    await expect(verify(verifyHostKeyWith(() => answer as boolean), ed25519.publicKey)).rejects.toMatchObject({ name: 'HostKeyError', code: 'ERR_HOST_KEY_UNKNOWN', received: ed25519.fingerprint })
  })

  test('what it throws passes', async () => {
    const reason = new Error('no')
    await expect(verify(verifyHostKeyWith(() => { throw reason }), ed25519.publicKey)).rejects.toBe(reason)
  })

  test('an abort ends the waiting', async () => {
    const controller = new AbortController(), reason = new Error('stop')
    const verdict = verify(verifyHostKeyWith(() => new Promise(() => {})), ed25519.publicKey, { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 5)
    await expect(verdict).rejects.toBe(reason)
    await expect(verify(verifyHostKeyWith(() => true), ed25519.publicKey, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

test('insecureAcceptAnyHostKey accepts any, even what is no key', async () => {
  await insecureAcceptAnyHostKey().verify({ ...info(ed25519.publicKey), key: new Uint8Array() })
})
