// Key files of security keys: signed through OpenSSH's ssh-sk-helper. A program that speaks its protocol stands for it; the regression suite of OpenSSH runs the real one.
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readSecurityKey } from '../../../src/keys/files/openssh/security-key.ts'
import { verifySignature } from '../../../src/host-key/verify-signature.ts'
import { helperPath, signByHelper } from '../../../src/openssh/login/security-key-helper.ts'
import { providerOf, securityKeySigner } from '../../../src/openssh/login/security-key.ts'
import { fakeHelper, securityKeyFiles } from '../../support/security-key-files.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary.ts'

const DATA = new TextEncoder().encode('what is signed')
let files: TemporaryDirectory
beforeAll(() => { files = temporaryDirectory('security-key') })
afterAll(() => { files.remove() })

describe.runIf(process.platform !== 'win32')('ssh-sk-helper', { timeout: 60_000 }, () => {
  const made = securityKeyFiles('ed25519')
  const sign = async (variables: Readonly<Record<string, string>>, signal?: AbortSignal, told: string[] = []) => {
    writeFileSync(files.file('device'), made.device)
    const { entry } = await readSecurityKey(made.text)
    return signByHelper({ entry, provider: 'internal', data: DATA, tell: (line) => { told.push(line) }, ...signal && { signal } }, fakeHelper(files.file(`helper-${Object.values(variables).join('-')}`), { FAKE_SK_KEY: files.file('device'), ...variables }))
  }

  test.each([
    ['exit', 'failed with exit code 3'], ['version', 'version 6'], ['type', 'malformed'], ['short', 'malformed'], ['long', 'malformed'],
    ['4', 'the security key refused'], ['59', 'cannot do what the key needs'], ['60', 'no security key with this key'], ['9', 'error 9 of OpenSSH'],
  ])('its fault %s is an error that says %s', async (fault, text) => {
    const told: string[] = []
    await expect(sign({ FAKE_SK_FAULT: fault }, undefined, told)).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: expect.stringContaining(text) as string })
    expect(told).toEqual(fault === 'exit' ? ['the fake device is broken'] : [])
  })

  test('it ends with the login that it signs for', async () => {
    const ended = new AbortController(), signing = sign({ FAKE_SK_FAULT: 'silent' }, ended.signal)
    const failure = expect(signing).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
    const pid = await vi.waitFor(() => {
      const text = readFileSync(files.file('device.pid'), 'utf8')
      expect(text).not.toBe('')
      return Number(text)
    }, { timeout: 30_000 })
    ended.abort()
    await failure
    await vi.waitFor(() => { expect(() => process.kill(pid, 0)).toThrow('ESRCH') }, { timeout: 30_000 })
  })

  test('one that cannot be started, and one that is not there', async () => {
    await expect(signByHelper({ entry: DATA, provider: 'internal', data: DATA, tell: () => {} }, files.file('nothing'))).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
    const nowhere = { platform: 'linux', environment: {}, runs: () => false } as const
    expect(() => helperPath(nowhere)).toThrow('ssh-sk-helper, which signs with it, is not installed')
    expect(() => helperPath({ ...nowhere, environment: { SSH_SK_HELPER: '/gone' } })).toThrow('SSH_SK_HELPER names cannot be run: /gone')
  })

  test('where it is', () => {
    const runs = (...places: string[]) => (path: string) => places.includes(path)
    expect(helperPath({ platform: 'linux', environment: {}, runs: runs('/usr/libexec/openssh/ssh-sk-helper') })).toBe('/usr/libexec/openssh/ssh-sk-helper')
    expect(helperPath({ platform: 'linux', environment: { SSH_SK_HELPER: '/mine' }, runs: runs('/mine', '/usr/lib/openssh/ssh-sk-helper') })).toBe('/mine')
    expect(helperPath({ platform: 'win32', environment: { SystemRoot: 'D:\\W' }, runs: () => true })).toBe('D:\\W\\System32\\OpenSSH\\ssh-sk-helper.exe')
  })

  test.each(['ed25519', 'ec'] as const)('it signs, and the person is told and asked for the PIN once: %s', async (type) => {
    const key = securityKeyFiles(type), told: string[] = [], asked: string[] = []
    writeFileSync(files.file(`device-${type}`), key.device)
    const before = process.env['SSH_SK_HELPER']
    process.env['SSH_SK_HELPER'] = fakeHelper(files.file(`helper-${type}`), { FAKE_SK_KEY: files.file(`device-${type}`), FAKE_SK_PIN: '1234' })
    try {
      const use = (answer: string | undefined, batchMode = false) => securityKeySigner(file, 'KEY', {
        config: { securityKeyProvider: 'internal', batchMode }, ended: new AbortController().signal,
        person: { tell: (text) => { told.push(text) }, ask: async () => undefined, async askSecret(question) { asked.push(question); return answer } },
      })
      const file = await readSecurityKey(key.text), name = type === 'ec' ? 'ECDSA-SK' : 'ED25519-SK'
      expect(file).toMatchObject({ publicKey: new Uint8Array(key.blob), touch: true, comment: 'on a stick' })
      const signature = await use('1234').sign(DATA, key.line.split(' ')[0]!)
      expect(await verifySignature(key.blob, signature, DATA)).toBe(true)
      expect(told).toEqual([...Array<unknown>(2).fill(expect.stringMatching(new RegExp(`^Confirm user presence for key ${name} SHA256:`))), 'User presence confirmed'])
      expect(asked).toEqual([`Enter PIN for ${name} key KEY: `])
      await expect(use('4321').sign(DATA, '')).rejects.toThrow('the PIN is wrong')
      await expect(use(undefined).sign(DATA, '')).rejects.toThrow('the PIN is wrong')
      expect(asked).toHaveLength(3)
      await expect(use('1234', true).sign(DATA, '')).rejects.toThrow('the PIN is wrong')
      expect(asked).toHaveLength(3)
    } finally {
      if (before === undefined) delete process.env['SSH_SK_HELPER']
      else process.env['SSH_SK_HELPER'] = before
    }
  })
})

test('a key that needs no touch, and damaged files', async () => {
  expect((await readSecurityKey(securityKeyFiles('ed25519', { flags: 0 }).text)).touch).toBe(false)
  const [one, other] = [securityKeyFiles('ed25519'), securityKeyFiles('ed25519')]
  const bytes = (text: string) => Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64')
  const asText = (content: Buffer) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${content.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
  const swapped = Buffer.from(bytes(one.text))
  other.blob.copy(swapped, swapped.indexOf(one.blob))
  await expect(readSecurityKey(asText(swapped))).rejects.toThrow('of different keys')
  for (let length = 15; length < bytes(one.text).length; length += 7) {
    await expect(readSecurityKey(asText(bytes(one.text).subarray(0, length)))).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
  }
  await expect(readSecurityKey('no key')).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
})

test('SecurityKeyProvider', () => {
  expect(providerOf({ securityKeyProvider: '/usr/lib/sk.so' }, {})).toBe('/usr/lib/sk.so')
  expect(providerOf({ securityKeyProvider: '$MINE' }, { MINE: '/mine.so' })).toBe('/mine.so')
  expect(() => providerOf({ securityKeyProvider: '$MINE' }, {})).toThrow('$MINE, which is not set')
})
