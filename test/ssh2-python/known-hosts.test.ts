/// The behaviours of ssh2-python's tests/test_knownhost.py; docs/ssh2-python.md is the table.
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as ssh from '../../src/bindings/index.ts'
import { keyPair } from '../support/key-pairs.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()
const RSA = ssh.LIBSSH2_KNOWNHOST_TYPE_PLAIN | ssh.LIBSSH2_KNOWNHOST_KEYENC_RAW | ssh.LIBSSH2_KNOWNHOST_KEY_SSHRSA
let hosts: ssh.KnownHosts
beforeEach(() => { hosts = used.session.knownhostInit() })
afterEach(() => hosts.free())

const base64 = async () => (await keyPair('rsa', 'host')).publicKey.split(' ')[1]!
const lines = async () => [`10.0.0.1 ssh-rsa ${await base64()}`, `[10.0.0.2]:2222 ssh-rsa ${await base64()} with a comment`]

test('test_knownhost_init: a collection can be made, and is empty', () => {
  expect([...hosts]).toEqual([])
})

test('test_knownhost_readfile_get: the lines of a file become entries', async () => {
  for (const line of await lines()) expect(hosts.readline(line)).toBe(0)
  expect([...hosts].map(({ name }) => name)).toEqual(['10.0.0.1', '[10.0.0.2]:2222'])
})

test('test_knownhost_add_get_delete: an entry is added, got, and deleted once', async () => {
  const key = Buffer.from(await base64(), 'base64')
  const entry = hosts.addc('127.0.0.1', null, key, null, RSA)
  expect(entry).toEqual({ name: '127.0.0.1', key: await base64(), typemask: RSA })
  expect([...hosts]).toEqual([entry])
  expect(hosts.del(entry)).toBe(0)
  expect([...hosts]).toEqual([])
  expect(() => hosts.del(entry)).toThrow(ssh.SSHError)
  expect(hosts.writeline(hosts.addc('127.0.0.1', null, key, 'a comment', RSA))).toMatch(/ a comment\n$/)
})

test('test_writefile, test_add_writefile: what is written is read as the same', async () => {
  for (const line of await lines()) hosts.readline(line)
  hosts.add('127.0.0.1', null, Buffer.from(await base64(), 'base64'), RSA)
  const written = [...hosts].map((entry) => hosts.writeline(entry))
  expect(written.slice(0, 2).map((line) => line.trimEnd())).toEqual(await lines())
  using again = used.session.knownhostInit()
  for (const line of written) again.readline(line)
  expect([...again].map(({ name, key }) => [name, key])).toEqual([...hosts].map(({ name, key }) => [name, key]))
})

test('test_readline_writeline: a line comes back as it was', async () => {
  const [line] = await lines()
  hosts.readline(line!)
  const entry = hosts.get()!
  expect(line).toContain(entry.key)
  expect(hosts.writeline(entry).trim()).toBe(line)
})
