// How a login names keys of any kind, and passes on banners as they grow.
import { expect, test } from 'vitest'
import { bannerFeed } from '../../../../src/client/auth/banner-feed.ts'
import { describeKey } from '../../../../src/client/auth/describe-key.ts'
import { parsePublicKey } from '../../../../src/keys/public-key.ts'
import { certified } from './certified.ts'
import { keyPair, publicKey } from '../../../support/key-pairs.ts'
import { requirePeer } from '../../../support/require-peer.ts'
import { scriptedSession } from './scripted-session.ts'

test.each(['ed25519', 'rsa', 'ecdsa'] as const)('a key of %s', async (type) => {
  const { publicKey: line, fingerprint } = await keyPair(type, 'user')
  expect(await describeKey(parsePublicKey(line).blob)).toEqual({ keyType: line.split(' ')[0], fingerprint })
})

test.runIf(requirePeer('sshd'))('a certificate has the fingerprint of its key, a damaged one that of its bytes', async () => {
  const { key, certificate } = await certified('user')
  const { blob, type } = parsePublicKey(certificate)
  expect(await describeKey(blob)).toEqual({ keyType: type, fingerprint: key.fingerprint })
  const cut = blob.subarray(0, -1)
  expect(await describeKey(cut)).toEqual({ keyType: type, fingerprint: publicKey(`x ${Buffer.from(cut).toString('base64')}`).fingerprint })
})

test.each(['', '00000009', 'ffffffff61'])('what is no key (%s)', async (hex) => {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
  expect(await describeKey(bytes)).toEqual({ keyType: undefined, fingerprint: publicKey(`x ${Buffer.from(bytes).toString('base64')}`).fingerprint })
})

test('a banner that is there from the beginning', () => {
  const session = scriptedSession()
  session.banner = 'a'
  const heard: string[] = []
  bannerFeed(session, (text) => heard.push(text))()
  expect(heard).toEqual(['a'])
})

test('banners: what is new, once', () => {
  const session = scriptedSession()
  const heard: string[] = []
  const feed = bannerFeed(session, (text) => heard.push(text)), silent = bannerFeed(session, undefined)
  for (const banner of [null, 'a', 'a', 'abc', 'abc']) {
    session.banner = banner
    feed()
    silent()
  }
  expect(heard).toEqual(['a', 'bc'])
})
