import { expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { message, SSH_MSG } from '../support/scripted-server.ts'
import { codeOf } from './attack.ts'
import { authenticating, later, request, success } from './authenticating.ts'

const SSH_MSG_USERAUTH_PK_OK = 60

/** A key of which only the type matters here, and a signer of that algorithm. */
const keyOf = (type: string) => new WireWriter().string(type).string('fields of the key').finish()
const signature = (algorithm: string) => new WireWriter().string(algorithm).string('signature').finish()

/** Names that the client offered a key by, signed by, and asked its signer for. `accepted`: the key and the algorithm that the server says yes to, if not those offered. */
async function signIn(type: string, serverAlgorithms: string | undefined, wanted?: readonly string[], signsWith?: string, accepted: { readonly key?: Uint8Array, readonly name?: string } = {}) {
  const offered: string[] = []
  const asked: string[] = []
  const code = await authenticating(async (connection) => {
    if (serverAlgorithms !== undefined) {
      connection.send(message(SSH_MSG.EXT_INFO).uint32(1).string('server-sig-algs').string(serverAlgorithms).finish())
    }
    for (let signed = false; !signed;) {
      const fields = await request(connection)
      signed = fields.boolean()
      const name = fields.text()
      const key = fields.string()
      offered.push(name)
      if (signed) offered.push(new WireReader(fields.string()).text())
      connection.send(signed ? success() : message(SSH_MSG_USERAUTH_PK_OK).string(accepted.name ?? name).string(accepted.key ?? key).finish())
    }
  }, async (session) => {
    const sign = (_: Uint8Array, algorithm: string) => {
      asked.push(algorithm)
      return later(signature(signsWith ?? algorithm))
    }
    return codeOf(async () => {
      await session.complete(() => session.userauthPublickey('user', keyOf(type), sign, wanted))
      throw new Authenticated()
    }).catch((error: unknown) => { if (!(error instanceof Authenticated)) throw error })
  })
  return code ?? { offered, asked }
}

class Authenticated extends Error {}

test.each([
  ['ssh-rsa', undefined, undefined, 'rsa-sha2-512', 'rsa-sha2-512'],
  ['ssh-rsa', 'ssh-rsa,rsa-sha2-256', undefined, 'rsa-sha2-256', 'rsa-sha2-256'],
  ['ssh-rsa', 'ssh-rsa', ['ssh-rsa'], 'ssh-rsa', 'ssh-rsa'],
  ['ssh-rsa', Array(2000).fill('rsa-sha2-512').join(','), undefined, 'rsa-sha2-512', 'rsa-sha2-512'],
  ['ssh-rsa', 'ssh-rsa,ssh-ed25519', undefined, 'rsa-sha2-512', 'rsa-sha2-512'],
  ['ssh-rsa-cert-v01@openssh.com', 'rsa-sha2-256', undefined, 'rsa-sha2-256-cert-v01@openssh.com', 'rsa-sha2-256'],
  ['ssh-ed25519', 'rsa-sha2-512', undefined, 'ssh-ed25519', 'ssh-ed25519'],
  ['ssh-ed25519-cert-v01@openssh.com', undefined, undefined, 'ssh-ed25519-cert-v01@openssh.com', 'ssh-ed25519'],
  ['sk-ecdsa-sha2-nistp256@openssh.com', undefined, undefined, 'sk-ecdsa-sha2-nistp256@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'],
  ['sk-ecdsa-sha2-nistp256@openssh.com', undefined, ['webauthn-sk-ecdsa-sha2-nistp256@openssh.com'],
    'webauthn-sk-ecdsa-sha2-nistp256@openssh.com', 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com'],
  ['ssh-new@example.org', undefined, undefined, 'ssh-new@example.org', 'ssh-new@example.org'],
])('a key of type %s signs by an algorithm that the server takes (%.40s)', async (type, server, wanted, name, algorithm) => {
  const result = await signIn(type, server, wanted)
  expect(result).toEqual({ offered: [name, name, algorithm], asked: expect.arrayContaining([algorithm]) as string[] })
})

test('no algorithm that the key can make is called so', async () => {
  expect(await signIn('ssh-rsa', undefined, ['ssh-ed25519'])).toBe('ERR_LIBSSH2_METHOD_NONE')
})

test('a signer that answers by another algorithm is refused', async () => {
  expect(await signIn('ssh-rsa', undefined, undefined, 'ssh-rsa')).toBe('ERR_LIBSSH2_ALGO_UNSUPPORTED')
})

test.each([
  ['another key', keyOf('ssh-rsa')],
  ['a part of the key', keyOf('ssh-ed25519').subarray(0, 20)],
  ['no key', new Uint8Array(0)],
])('0910: nothing is signed where the server accepts %s', async (_, key) => {
  expect(await signIn('ssh-ed25519', undefined, undefined, undefined, { key })).toBe('ERR_LIBSSH2_PROTO')
})

test.each([
  ['ssh-ed25519', 'ssh-rsa'],
  ['ssh-ed25519', 'ssh-ed25519-cert'],
  ['ssh-ed25519', ''],
  ['ssh-ed25519', 'ssh-ed25519\0'],
  ['ssh-rsa', 'rsa-sha2-51'],
  ['ssh-rsa', 'ssh-dss'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384'],
  ['ssh-new@example.org', 'ssh-old@example.org'],
])('0910: nothing is signed where the server accepts a key of type %s by the algorithm "%s"', async (type, name) => {
  expect(await signIn(type, undefined, undefined, undefined, { name })).toBe('ERR_LIBSSH2_PROTO')
})

// RFC 4252 section 7 has the name of the request; npm ssh2's server answers with the key's type, and other implementations with any algorithm of that type.
test.each([
  ['ssh-rsa', 'ssh-rsa', 'rsa-sha2-512'],
  ['ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512'],
  ['ssh-rsa-cert-v01@openssh.com', 'ssh-rsa-cert-v01@openssh.com', 'rsa-sha2-512'],
  ['ssh-rsa-cert-v01@openssh.com', 'ssh-rsa', 'rsa-sha2-512'],
  ['sk-ecdsa-sha2-nistp256@openssh.com', 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'],
])('a key of type %s that the server accepts by another name of its type (%s) is signed with as offered', async (type, name, algorithm) => {
  expect(await signIn(type, undefined, undefined, undefined, { name })).toMatchObject({ asked: [algorithm] })
})
