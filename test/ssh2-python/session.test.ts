/// The behaviours of ssh2-python's tests/test_session.py, tests/test_session_options.py and of the login in tests/test_ssh2.py; docs/ssh2-python.md is the table.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as ssh from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { shakenSession } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

let server: SshServer
beforeAll(async () => { server = await startSshd({ config: ['Compression yes', 'KbdInteractiveAuthentication yes', 'PasswordAuthentication yes'] }) })
afterAll(() => server.stop())

/** Before the handshake, as `Session()` there. */
const fresh = async (): Promise<ssh.Session> => ssh.Session.create(await connectTcp(server))

test('test_session: a session can be made', async () => {
  using session = await fresh()
  expect(session).toBeInstanceOf(ssh.Session)
})

test('test_methods: nothing is agreed upon before the handshake', async () => {
  using session = await fresh()
  expect(session.methods(ssh.LIBSSH2_METHOD_HOSTKEY)).toBe(null)
})

test.each([ssh.LIBSSH2_FLAG_SIGPIPE, ssh.LIBSSH2_FLAG_COMPRESS, ssh.LIBSSH2_FLAG_QUOTE_PATHS])('test_flags: flag %i can be set and cleared', async (flag) => {
  using session = await fresh()
  expect(session.flag(flag)).toBe(0)
  expect(session.flag(flag, false)).toBe(0)
})

test('test_bad_set_flag: a flag that does not exist is an error', async () => {
  using session = await fresh()
  expect(() => session.flag(7, 7)).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_INVAL' }) as Error)
})

const PREFERENCES: readonly (readonly [number, readonly string[]])[] = [
  [ssh.LIBSSH2_METHOD_KEX, ['ecdh-sha2-nistp256', 'curve25519-sha256']],
  [ssh.LIBSSH2_METHOD_HOSTKEY, ['rsa-sha2-512', 'ssh-ed25519']],
  [ssh.LIBSSH2_METHOD_CRYPT_CS, ['aes128-ctr', 'aes256-ctr']],
  [ssh.LIBSSH2_METHOD_CRYPT_SC, ['aes256-ctr', 'aes128-ctr']],
  [ssh.LIBSSH2_METHOD_MAC_CS, ['hmac-sha2-512', 'hmac-sha2-256']],
  [ssh.LIBSSH2_METHOD_MAC_SC, ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-256']],
]

test('test_method_pref: what is agreed upon follows the preferences', async () => {
  using session = await fresh()
  for (const [method, names] of PREFERENCES) expect(session.methodPref(method, names)).toBe(0)
  await session.complete(() => session.handshake())
  for (const [method, names] of PREFERENCES) expect(session.methods(method)).toBe(names[0])
})

test('test_bad_method_pref: a name that nobody knows is an error', async () => {
  using session = await fresh()
  expect(() => session.methodPref(ssh.LIBSSH2_METHOD_HOSTKEY, ['blah'])).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_METHOD_NOT_SUPPORTED' }) as Error)
})

test('test_set_flag, test_internal_methods: with the compression flag, compression is agreed upon', async () => {
  using session = await fresh()
  session.flag(ssh.LIBSSH2_FLAG_COMPRESS)
  await session.complete(() => session.handshake())
  expect(session.methods(ssh.LIBSSH2_METHOD_COMP_CS)).toBe('zlib@openssh.com')
})

test('test_supported_algs: lists what can be chosen', async () => {
  using session = await fresh()
  session.flag(ssh.LIBSSH2_FLAG_COMPRESS)
  expect(session.supportedAlgs(ssh.LIBSSH2_METHOD_COMP_CS)).toContain('zlib@openssh.com')
})

test('test_bad_supported_algs, test_bad_internal_methods: of a kind that does not exist is an error', async () => {
  using session = await fresh()
  expect(() => session.supportedAlgs(2222)).toThrow(ssh.SSHError)
  // ssh2-python throws; libssh2 itself gives NULL, as before the handshake.
  expect(session.methods(2222)).toBe(null)
})

test('test_fromfile_auth: a private key logs in', async () => {
  const session = await shakenSession(server)
  const key = readFileSync(server.keys.rsa.path, 'utf8')
  expect(await session.complete(() => session.userauthPublickeyFromMemory(server.user, key, ''))).toBe(0)
  expect(session.userauthAuthenticated()).toBe(true)
  await session.close()
})

test('test_get_auth_list: the server says which methods it takes', async () => {
  const session = await shakenSession(server)
  expect((await session.complete(() => session.userauthList(server.user)))?.sort()).toEqual(['keyboard-interactive', 'password', 'publickey'])
  await session.close()
})
