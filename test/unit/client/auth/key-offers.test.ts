// Which algorithms a key is offered with, in which order, and what is recorded of each attempt.
import { describe, expect, test, vi } from 'vitest'
import { asError, KeyOffers } from '../../../../src/client/auth/key-offers.ts'
import { SSHError } from '../../../../src/errors/ssh-error.ts'
import type { Signer } from '../../../../src/keys/signers/signer.ts'
import { parsePublicKey } from '../../../../src/keys/public-key.ts'
import { WireWriter } from '../../../../src/wire-format/writer.ts'
import { keyPair } from '../../../support/key-pairs.ts'
import { type Failure, noAlgorithm, refusal, refused, type Script, scriptedSession, unverified } from './scripted-session.ts'

const publickey = ['publickey']
const SIGNATURE = Uint8Array.of(7)

async function signerOf(type: 'rsa' | 'ed25519', more: Partial<Signer> = {}): Promise<Signer & { readonly used: readonly string[] }> {
  const used: string[] = []
  return { publicKey: parsePublicKey((await keyPair(type, 'user')).publicKey).blob, used, sign: async (_data, algorithm) => { used.push(algorithm); return SIGNATURE }, ...more }
}

/** A signer whose key nobody can make: only its name matters here. */
const signerNamed = (name: string): Signer => ({ publicKey: new WireWriter().string(name).string('x').finish(), algorithms: [name], sign: async () => SIGNATURE })

function offersAt(script: Script, { legacyAlgorithms = false, signal = new AbortController().signal } = {}) {
  const session = scriptedSession(script)
  const ask = vi.fn(async (question: () => unknown) => question())
  return { session, ask, login: new KeyOffers({ session, username: 'user', signal, ask: ask as never, legacyAlgorithms }) }
}

const rsa = (...names: readonly string[]) => names.map((name) => `publickey ${name}`)
const BOTH = 'rsa-sha2-512,rsa-sha2-256'

describe('an RSA key', () => {
  test.each<[name: string, script: Script['answers'], options: { legacy?: boolean, wanted?: readonly string[] }, requests: readonly string[], fails: boolean]>([
    ['accepted', ['accept'], {}, rsa(BOTH), false],
    ['refused', [refusal(publickey)], {}, rsa(BOTH), true],
    ['refused, where SHA-1 is allowed', [refusal(publickey), 'accept'], { legacy: true }, rsa(BOTH, 'ssh-rsa'), false],
    ['refused, where SHA-1 is allowed, and again', [refusal(publickey), refusal(publickey)], { legacy: true }, rsa(BOTH, 'ssh-rsa'), true],
    ['refused, where SHA-1 is allowed, and no other key may follow', [refusal(['password'])], { legacy: true }, rsa(BOTH), true],
    ['its first signature refused', [{ signs: 'rsa-sha2-512', error: unverified() }, 'accept'], {}, rsa(BOTH, 'rsa-sha2-256'), false],
    ['its second signature refused first', [{ signs: 'rsa-sha2-256', error: unverified() }, 'accept'], {}, rsa(BOTH, 'rsa-sha2-512'), false],
    ['both signatures refused', [{ signs: 'rsa-sha2-512', error: unverified() }, { signs: 'rsa-sha2-256', error: unverified() }], {}, rsa(BOTH, 'rsa-sha2-256'), true],
    ['both refused where SHA-1 is allowed', [{ signs: 'rsa-sha2-512', error: unverified() }, { signs: 'rsa-sha2-256', error: unverified() }, 'accept'], { legacy: true }, rsa(BOTH, 'rsa-sha2-256', 'ssh-rsa'), false],
    ['an error of libssh2 before it has signed', [{ error: noAlgorithm() }, 'accept'], {}, rsa(BOTH, 'rsa-sha2-256'), false],
    ...['ERR_AGENT_PROTOCOL', 'ERR_KEY_UNSUPPORTED', 'ERR_KEY_FORMAT'].map((code): [string, Script['answers'], object, string[], boolean] => (
      [`the signer fails with ${code}`, [{ signs: 'rsa-sha2-512', error: new SSHError('x', { code }) }, 'accept'], {}, rsa(BOTH, 'rsa-sha2-256'), false])),
    ['the signer fails with another code', [{ signs: 'rsa-sha2-512', error: new SSHError('x', { code: 'ERR_AGENT_CLOSED' }) }], {}, rsa(BOTH), true],
    ['the signer fails with an error that is not ours', [{ signs: 'rsa-sha2-512', error: new Error('x') }], { legacy: true }, rsa(BOTH), true],
    ['the signer fails with an error of another owner that has one of our codes', [{ signs: 'rsa-sha2-512', error: Object.assign(new Error('x'), { code: 'ERR_KEY_FORMAT' }) }], {}, rsa(BOTH), true],
    ['one algorithm wanted', ['accept'], { wanted: ['rsa-sha2-256'] }, rsa('rsa-sha2-256'), false],
    ['in the wanted order', ['accept'], { wanted: ['ssh-dss', 'rsa-sha2-256', 'rsa-sha2-512'] }, rsa('rsa-sha2-256,rsa-sha2-512'), false],
    ['by the name of a certificate', ['accept'], { wanted: ['rsa-sha2-256-cert-v01@openssh.com'] }, rsa('rsa-sha2-256'), false],
    ['SHA-1 wanted, which allows it', ['accept'], { wanted: ['ssh-rsa'] }, rsa('ssh-rsa'), false],
    ['SHA-1 wanted among others comes last', [refusal(publickey), 'accept'], { wanted: ['ssh-rsa', 'rsa-sha2-256'] }, rsa('rsa-sha2-256', 'ssh-rsa'), false],
  ])('%s', async (_, answers, { legacy = false, wanted }, requests, fails) => {
    const { session, login } = offersAt({ answers: answers ?? [] }, { legacyAlgorithms: legacy })
    const result = login.offerKey(await signerOf('rsa'), wanted)
    await (fails ? expect(result).rejects.toBeInstanceOf(Error) : expect(result).resolves.toBeUndefined())
    expect(session.requests).toEqual(requests)
    expect(login.attempts).toHaveLength(requests.length)
    expect(login.attempts.at(-1)).toMatchObject({ method: 'publickey', keyType: 'ssh-rsa', fingerprint: (await keyPair('rsa', 'user')).fingerprint })
  })

  test.each<[name: string, more: Partial<Signer>, wanted: readonly string[] | undefined, message: RegExp]>([
    ['it makes SHA-1 signatures only', { algorithms: ['ssh-rsa'] }, undefined, /cannot be used: it only signs with ssh-rsa \(SHA-1\), which needs legacyAlgorithms$/],
    ['none of the wanted ones', { algorithms: ['rsa-sha2-256'] }, ['rsa-sha2-512'], /cannot be used: this key supports none of the named algorithms$/],
    ['none at all', { algorithms: [] }, undefined, /cannot be used: this key supports none/],
  ])('%s', async (_, more, wanted, message) => {
    const { session, login } = offersAt({})
    const signer = await signerOf('rsa', more), { fingerprint } = await keyPair('rsa', 'user')
    const error = await login.offerKey(signer, wanted).catch((reason: unknown) => reason) as SSHError
    expect(error).toMatchObject({ code: 'ERR_ALGORITHM', message: expect.stringMatching(message) as string })
    expect(error.message).toContain(fingerprint)
    expect(session.requests).toEqual([])
    expect(login.attempts).toEqual([{ method: 'publickey', outcome: 'failed', keyType: 'ssh-rsa', fingerprint, algorithm: undefined, error }])
    expect([login.isRecorded(error), login.wasOffered(signer.publicKey)]).toEqual([true, false])
  })
})

test('a signer without a list makes the signatures of its type; of an unknown type none', async () => {
  const { session, login } = offersAt({ answers: ['accept'] })
  await login.offerKey(await signerOf('ed25519'))
  expect(session.requests).toEqual(['publickey ssh-ed25519'])
  await expect(login.offerKey({ publicKey: new Uint8Array(2), sign: async () => SIGNATURE })).rejects.toBeInstanceOf(Error)
})

describe('ssh-mldsa44-ed25519 is offered to a server that names it, or if the caller names it', () => {
  const NAME = 'ssh-mldsa44-ed25519'
  test.each<[name: string, extensions: Record<string, string>, wanted: readonly string[] | undefined, offered: boolean]>([
    ['named', { 'server-sig-algs': `ssh-ed25519,${NAME}` }, undefined, true],
    ['not named', { 'server-sig-algs': 'ssh-ed25519' }, undefined, false],
    ['a longer name', { 'server-sig-algs': `${NAME}-x` }, undefined, false],
    ['no list', {}, undefined, false],
    ['no list, and wanted', {}, [NAME], true],
  ])('%s', async (_, extensions, wanted, offered) => {
    const { session, login } = offersAt({ answers: ['accept'], extensions })
    const result = login.offerKey(signerNamed(NAME), wanted)
    await (offered ? expect(result).resolves.toBeUndefined() : expect(result).rejects.toMatchObject({ code: 'ERR_ALGORITHM', message: expect.stringContaining(`the server does not name ${NAME}`) as string }))
    expect(session.requests).toEqual(offered ? [`publickey ${NAME}`] : [])
    expect(login.attempts.at(-1)?.outcome).toBe(offered ? 'accepted' : 'failed')
  })
  test('other names need no list', async () => {
    const { login } = offersAt({ answers: ['accept'] })
    await expect(login.offerKey(signerNamed('ssh-other'))).resolves.toBeUndefined()
  })
})

describe('what is recorded', () => {
  test('an accepted key, with the algorithm that signed', async () => {
    const { session, login } = offersAt({ answers: [{ signs: 'rsa-sha2-256' }] })
    const signer = await signerOf('rsa'), { fingerprint } = await keyPair('rsa', 'user')
    expect(login.wasOffered(signer.publicKey)).toBe(false)
    await login.offerKey(signer)
    expect(login.attempts).toEqual([{ method: 'publickey', outcome: 'accepted', keyType: 'ssh-rsa', fingerprint, algorithm: 'rsa-sha2-256' }])
    expect([signer.used, session.signatures]).toEqual([['rsa-sha2-256'], [SIGNATURE]])
    expect(login.wasOffered(signer.publicKey)).toBe(true)
  })

  test.each<[name: string, answer: Failure, outcome: string]>([
    ['refused', refusal(publickey), 'refused'],
    ['partial', refusal(publickey, true), 'partial'],
    ['failed', { error: new Error('x') }, 'failed'],
    ['failed, after a partial success', { error: new Error('x'), left: { methods: publickey, partialSuccess: true } }, 'failed'],
    ['failed with what is no error', { error: 'only text' }, 'failed'],
  ])('%s', async (_, answer, outcome) => {
    const { login } = offersAt({ answers: [answer] })
    const error = await login.offerKey(await signerOf('ed25519')).catch((reason: unknown) => reason) as Error
    expect(login.attempts).toMatchObject([{ outcome, error }])
    expect(error.message).toBe((answer.error as Error).message ?? 'only text')
    expect(login.isRecorded(error)).toBe(true)
  })

  test('nothing of an end of the session or of the login', async () => {
    const ended = refused(), abort = new AbortController()
    const { login } = offersAt({ answers: [{ error: ended, ends: true }] })
    await expect(login.offerKey(await signerOf('ed25519'))).rejects.toBe(ended)
    const other = offersAt({ answers: [{ error: ended }] }, { signal: abort.signal })
    abort.abort()
    await expect(other.login.offerKey(await signerOf('ed25519'))).rejects.toBe(ended)
    for (const { attempts } of [login, other.login]) expect(attempts).toEqual([])
    expect(login.isRecorded(ended)).toBe(false)
  })

  test('notes, once each', () => {
    const { login } = offersAt({})
    const error = new Error('x')
    login.note(error)
    login.note('text')
    expect(login.attempts).toEqual([{ method: 'publickey', outcome: 'failed', error }, { method: 'publickey', outcome: 'failed', error: new Error('text') }])
    for (const other of [undefined, null, 5, error]) expect(login.isRecorded(other)).toBe(false)
    expect(asError(error)).toBe(error)
  })

  test('not twice', async () => {
    const { login } = offersAt({ answers: [refusal(publickey)] })
    const error: unknown = await login.offerKey(await signerOf('ed25519')).catch((reason: unknown) => reason)
    login.note(error)
    expect(login.attempts).toHaveLength(1)
  })
})

test('a key is offered once', async () => {
  const { session, login } = offersAt({ answers: [refusal(publickey)] })
  const signer = await signerOf('ed25519')
  await expect(login.offerKey(signer)).rejects.toThrow()
  await expect(login.offerKey(signer)).rejects.toMatchObject({ code: 'ERR_KEY_OFFERED', message: expect.stringContaining((await keyPair('ed25519', 'user')).fingerprint) as string })
  expect([session.requests.length, login.attempts.length]).toEqual([1, 1])
})

test('preferred keys', async () => {
  const { login } = offersAt({})
  const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)]
  login.preferKey(a)
  expect([login.isPreferred(Uint8Array.of(1)), login.isPreferred(b), login.wasOffered(a)]).toEqual([true, false, false])
})

test('a signer that asks a person stops the clock; another is left when the login is aborted', async () => {
  const asking = offersAt({ answers: ['accept'] })
  await asking.login.offerKey(await signerOf('ed25519', { asksPerson: true }))
  expect(asking.ask).toHaveBeenCalledTimes(1)
  const abort = new AbortController(), reason = new Error('enough')
  const silent = offersAt({ answers: ['accept'] }, { signal: abort.signal })
  const left = silent.login.offerKey(await signerOf('ed25519', { sign: () => { abort.abort(reason); return new Promise(() => {}) } }))
  await expect(left).rejects.toBe(reason)
  expect(silent.ask).not.toHaveBeenCalled()
})

test('its end closes what was opened, once', () => {
  const { login } = offersAt({})
  const close = [vi.fn(), vi.fn()]
  for (const one of close) login.atEnd(one)
  login[Symbol.dispose]()
  login[Symbol.dispose]()
  expect(close.map(({ mock }) => mock.calls.length)).toEqual([1, 1])
})

test('it passes on what it was given', () => {
  const { session, ask, login } = offersAt({}, { legacyAlgorithms: true })
  expect(login).toMatchObject({ session, username: 'user', ask, legacyAlgorithms: true, attempts: [] })
})
