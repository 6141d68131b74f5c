// `publicKey()`: the certificate first, then the key; and what an agent is told of a key that cannot be opened here.
import { describe, expect, test } from 'vitest'
import type { AuthContext } from '../../../../src/client/auth/authenticate.ts'
import { keyLogin } from '../../../../src/client/auth/key-login.ts'
import type { PublicKeyOptions } from '../../../../src/client/auth/public-key-options.ts'
import { parsePrivateKey } from '../../../../src/keys/files/parse-private-key.ts'
import { formatPrivateKey } from '../../../../src/keys/generate-key-pair.ts'
import { parsePublicKey } from '../../../../src/keys/public-key.ts'
import type { SigningKey } from '../../../../src/keys/signers/signing-key.ts'
import { keyPair } from '../../../support/key-pairs.ts'
import { requirePeer } from '../../../support/require-peer.ts'
import { certified } from './certified.ts'
import { refused, scriptedSession } from './scripted-session.ts'

interface Offer { readonly type: string, readonly algorithms: readonly string[] | undefined }

/** A login whose offers end as `outcomes` say: undefined is accepted. */
async function logInWith(key: SigningKey, options: PublicKeyOptions, outcomes: readonly unknown[] = [], { left = ['publickey'], offered = false } = {}) {
  const offers: Offer[] = [], notes: unknown[] = [], preferred: Uint8Array[] = []
  const context = {
    session: scriptedSession({ left: { methods: left, partialSuccess: false } }), signal: new AbortController().signal,
    offerKey: async ({ publicKey }: { publicKey: Uint8Array }, algorithms?: readonly string[]) => {
      offers.push({ type: parsePublicKey(publicKey).type, algorithms })
      const outcome = outcomes[offers.length - 1]
      if (outcome !== undefined) throw outcome
    },
    wasOffered: () => offered, note: (error: unknown) => notes.push(error), preferKey: (blob: Uint8Array) => preferred.push(blob),
  } as unknown as AuthContext
  const error: unknown = await keyLogin(context, key, options).then(() => undefined, (reason: unknown) => reason)
  return { offers, notes, preferred, error }
}

const PLAIN = 'ssh-ed25519', CERTIFIED = 'ssh-ed25519-cert-v01@openssh.com', algorithms = [PLAIN]

test('a key alone', async () => {
  const { privateKey } = await keyPair('ed25519', 'user')
  expect(await logInWith(privateKey, { algorithms })).toEqual({ offers: [{ type: PLAIN, algorithms }], notes: [], preferred: [], error: undefined })
  const error = refused()
  expect(await logInWith(privateKey, {}, [error])).toEqual({ offers: [{ type: PLAIN, algorithms: undefined }], notes: [], preferred: [], error })
})

describe.runIf(requirePeer('sshd'))('with a certificate', () => {
  const offer = (type: string) => ({ type, algorithms })
  const error = refused()
  test.each<[name: string, outcomes: unknown[], where: Parameters<typeof logInWith>[3], offers: string[], noted: boolean, failed: boolean]>([
    ['that is accepted', [], {}, [CERTIFIED], false, false],
    ['that is refused', [error], {}, [CERTIFIED, PLAIN], true, false],
    ['that is refused, and so is public key', [error], { left: ['password'] }, [CERTIFIED], false, true],
    ['that is refused, by a server that has refused the key before', [error], { offered: true }, [CERTIFIED], false, true],
  ])('%s', async (_, outcomes, where, types, noted, failed) => {
    const { key, certificate } = await certified('user')
    expect(await logInWith(key.privateKey, { certificate, algorithms }, outcomes, where)).toEqual({
      offers: types.map(offer), notes: noted ? [error] : [], preferred: [], error: failed ? error : undefined,
    })
  })

  test('that is for a host', async () => {
    const { key, certificate } = await certified('host')
    const { offers, notes, error } = await logInWith(key.privateKey, { certificate })
    expect([offers.map(({ type }) => type), error]).toEqual([[PLAIN], undefined])
    expect(notes).toMatchObject([{ name: 'KeyError', message: expect.stringContaining('for a host') as string }])
  })
})

describe('a key that cannot be opened', () => {
  const encrypted = async () => formatPrivateKey(await parsePrivateKey((await keyPair('ed25519', 'user')).privateKey), { passphrase: 'x', rounds: 1 })
  const blob = async () => parsePublicKey((await keyPair('ed25519', 'user')).publicKey).blob
  test.each<[name: string, form: (text: string) => string | Uint8Array]>([['text', (text) => text], ['bytes', (text) => new TextEncoder().encode(text)]])('%s: an agent offers it first', async (_, form) => {
    const { offers, preferred, error } = await logInWith(form(await encrypted()), {})
    expect(error).toMatchObject({ name: 'KeyError' })
    expect(offers).toEqual([])
    expect(preferred).toEqual([await blob()])
  })
  test('a public key in place of it', async () => {
    const { publicKey } = await keyPair('ed25519', 'user')
    expect(await logInWith(publicKey, {})).toMatchObject({ offers: [], preferred: [await blob()], error: { name: 'KeyError' } })
  })
  test('a text that names none', async () => {
    expect(await logInWith('nothing', {})).toMatchObject({ offers: [], preferred: [], error: { name: 'KeyError' } })
  })
  test('a signer of a key that is damaged', async () => {
    expect(await logInWith({ publicKey: 'nothing', sign: () => new Uint8Array() }, {})).toMatchObject({ offers: [], preferred: [], error: { name: 'KeyError' } })
  })
  test('a passphrase that is none is a fault of the program: no agent is told', async () => {
    expect(await logInWith(await encrypted(), { passphrase: 5 as never })).toMatchObject({ offers: [], preferred: [], error: { name: 'TypeError' } })
  })
})
