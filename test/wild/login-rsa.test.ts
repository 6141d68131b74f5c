// Servers that know ssh-rsa only, or take the name of an algorithm and refuse its signature: OpenSSH 6, Cisco IOS and IOS XR, old Dropbear
// (paramiko/paramiko#2012, #2078, #1961, is/jsch#262).
import { describe, expect, test } from 'vitest'
import { publicKey, type PublicKeyOptions } from '../../src/index.ts'
import { keyPair } from '../support/key-pairs.ts'
import { nameOf } from './support/public-key-server.ts'
import { login, startQuirkyServer } from './support/ssh-server.ts'

/** @param knows hashes of RSA signatures. @param honest whether it refuses the name of an algorithm, or only the signature */
async function visit(knows: readonly string[], honest: boolean, options: { readonly legacyAlgorithms?: boolean, readonly key?: PublicKeyOptions } = {}) {
  const key = await keyPair('rsa', 'user')
  const seen: string[] = []
  await using server = await startQuirkyServer({
    authenticate(context) {
      const name = nameOf(context, { key: key.publicKey })
      seen.push(name)
      const known = knows.some((hash) => name.endsWith(hash)) || (!honest && name.startsWith('?'))
      if (context.method === 'publickey' && known) context.accept()
      else context.reject(['publickey'])
    },
  })
  const client = await login(server, { auth: [publicKey(key.privateKey, options.key)], legacyAlgorithms: options.legacyAlgorithms ?? false }).catch(() => undefined)
  await client?.close()
  return { seen: seen.slice(1), algorithm: client?.authenticatedBy?.algorithm }
}

describe.each([['refuses the name', true], ['takes the name and refuses the signature', false]])('a server that knows ssh-rsa only and %s', (_name, honest) => {
  test('with legacyAlgorithms: SHA-2 first, then ssh-rsa', async () => {
    const { seen, algorithm } = await visit(['sha1'], honest, { legacyAlgorithms: true })
    expect(algorithm).toBe('ssh-rsa')
    expect(seen[0]).toMatch(/^\? key sha(256|512)$/)
    expect(seen.slice(-2)).toEqual(['? key sha1', '! key sha1'])
  })

  test('with ssh-rsa named for the key', async () => {
    expect(await visit(['sha1'], honest, { key: { algorithms: ['ssh-rsa'] } })).toEqual({ seen: ['? key sha1', '! key sha1'], algorithm: 'ssh-rsa' })
  })

  test('never unasked', async () => {
    const { seen, algorithm } = await visit(['sha1'], honest)
    expect(algorithm).toBeUndefined()
    expect(seen.filter((name) => name.includes('sha1'))).toEqual([])
  })
})

test('a server that takes the name of rsa-sha2-512 and can verify rsa-sha2-256 only', async () => {
  expect((await visit(['sha256'], false)).algorithm).toBe('rsa-sha2-256')
})

test('SHA-1 is not tried where SHA-2 is right', async () => {
  const { seen, algorithm } = await visit(['sha256', 'sha512'], true, { legacyAlgorithms: true })
  expect(algorithm).toMatch(/^rsa-sha2-/)
  expect(seen).toHaveLength(2)
})
