import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as ssh from '../../src/bindings/index.ts'
import type { Bytes } from '../../src/ffi/exports.gen.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()
let hosts: ssh.KnownHosts
const PLAIN = ssh.LIBSSH2_KNOWNHOST_TYPE_PLAIN | ssh.LIBSSH2_KNOWNHOST_KEYENC_RAW
const ED25519 = PLAIN | ssh.LIBSSH2_KNOWNHOST_KEY_ED25519
const { LIBSSH2_KNOWNHOST_CHECK_MATCH: MATCH, LIBSSH2_KNOWNHOST_CHECK_MISMATCH: MISMATCH, LIBSSH2_KNOWNHOST_CHECK_NOTFOUND: NOTFOUND } = ssh

beforeEach(() => { hosts = used.session.knownhostInit() })
afterEach(() => hosts.free())

/** A public key that looks real: type and 32 bytes. */
const key = (fill: number) => Buffer.concat([Buffer.from('0000000b', 'hex'), Buffer.from('ssh-ed25519'), Buffer.from('00000020', 'hex'), Buffer.alloc(32, fill)])
const line = (host: string, fill = 1, comment = '') => `${host} ssh-ed25519 ${key(fill).toString('base64')}${comment}\n`

test("the server's own key is known once it has been added", () => {
  const { key: serverKey } = used.session.hostkey()!
  expect(hosts.checkp('127.0.0.1', used.server.port, serverKey, PLAIN)).toEqual([NOTFOUND, null])
  const entry = hosts.addc(`[127.0.0.1]:${used.server.port}`, null, serverKey, 'test', ED25519)
  expect(hosts.checkp('127.0.0.1', used.server.port, serverKey, PLAIN)).toEqual([MATCH, entry])
  expect(hosts.checkp('127.0.0.1', 2, serverKey, PLAIN)).toEqual([NOTFOUND, null])
  expect(entry).toEqual({ name: `[127.0.0.1]:${used.server.port}`, key: Buffer.from(serverKey).toString('base64'), typemask: ED25519 })
})

describe('check', () => {
  test('tells another key apart, and gives the entry that it is at odds with', () => {
    const entry = hosts.add('example.org', null, key(1), ED25519)
    expect(hosts.check('example.org', key(1), ED25519)).toEqual([MATCH, entry])
    expect(hosts.check('example.org', key(2), ED25519)).toEqual([MISMATCH, entry])
    expect(hosts.check('example.net', key(1), ED25519)).toEqual([NOTFOUND, null])
  })

  test('takes keys in base64 too', () => {
    const text = ssh.LIBSSH2_KNOWNHOST_TYPE_PLAIN | ssh.LIBSSH2_KNOWNHOST_KEYENC_BASE64
    hosts.add('example.org', null, key(1).toString('base64'), text | ssh.LIBSSH2_KNOWNHOST_KEY_ED25519)
    expect(hosts.check('example.org', key(1), PLAIN)[0]).toBe(MATCH)
    expect(hosts.check('example.org', key(1).toString('base64'), text)[0]).toBe(MATCH)
  })

  test('of another type than the known key finds nothing', () => {
    hosts.add('example.org', null, key(1), ED25519)
    expect(hosts.check('example.org', key(2), PLAIN | ssh.LIBSSH2_KNOWNHOST_KEY_SSHRSA)[0]).toBe(NOTFOUND)
  })

  test('finds names that ssh-keygen has hashed', () => {
    using directory = temporaryDirectory('known-hosts')
    const file = directory.file('known_hosts')
    writeFileSync(file, line('example.org', 1) + line('[example.org]:2222', 2))
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
    for (const hashed of readFileSync(file, 'utf8').split('\n')) hosts.readline(hashed)
    expect([...hosts].map(({ name }) => name)).toEqual([null, null])
    expect(hosts.check('example.org', key(1), PLAIN)[0]).toBe(MATCH)
    expect(hosts.checkp('example.org', 2222, key(2), PLAIN)[0]).toBe(MATCH)
    expect(hosts.check('example.org', key(2), PLAIN)[0]).toBe(MISMATCH)
    expect(hosts.check('example.com', key(1), PLAIN)[0]).toBe(NOTFOUND)
    expect([...hosts].map((entry) => hosts.writeline(entry)).join('')).toBe(readFileSync(file, 'utf8'))
  })

  test('finds a name that was added with its hash and salt', () => {
    const salt = Buffer.alloc(20, 7), hash = createHmac('sha1', salt).update('example.org').digest('base64')
    const entry = hosts.add(hash, salt.toString('base64'), key(1), ssh.LIBSSH2_KNOWNHOST_TYPE_SHA1 | ssh.LIBSSH2_KNOWNHOST_KEYENC_RAW | ssh.LIBSSH2_KNOWNHOST_KEY_ED25519)
    expect(hosts.check('example.org', key(1), PLAIN)).toEqual([MATCH, entry])
    expect(hosts.check('example.net', key(1), PLAIN)[0]).toBe(NOTFOUND)
    expect(hosts.writeline(entry)).toBe(line(`|1|${salt.toString('base64')}|${hash}`))
  })

  test('of a name that is too long throws', () => {
    expect(() => hosts.checkp('x'.repeat(300), 22, key(1), PLAIN)).toThrow(expect.objectContaining({ name: 'SSHError', code: 'ERR_LIBSSH2_BUFFER_TOO_SMALL' }))
  })
})

describe('readline', () => {
  test.each([
    ['a name', 'example.org', ['example.org']],
    ['several names', 'example.org,192.0.2.1,[::1]:2222', ['[::1]:2222', '192.0.2.1', 'example.org']],
    ['names of one and two characters', 'a,bc', ['bc', 'a']],
  ])('takes %s', (_, names, expected) => {
    expect(hosts.readline(line(names))).toBe(0)
    expect([...hosts].map(({ name }) => name)).toEqual(expected)
    expect(hosts.check(expected[0]!, key(1), PLAIN)[0]).toBe(MATCH)
  })

  test.each(['', '\n', '# comment', '   # another'])('of %j adds nothing', (text) => {
    expect(hosts.readline(text)).toBe(0)
    expect(hosts.get()).toBe(null)
  })

  test.each(['example.org', 'example.org ', 'example.org ssh-ed25519 AAAA', `|1|${'A'.repeat(60)}|AAAA ssh-ed25519 ${key(1).toString('base64')}`])('of %j throws', (text) => {
    expect(() => hosts.readline(text)).toThrow(ssh.SSHError)
    expect(hosts.get()).toBe(null)
  })

  test('reads no further than the line feed', () => {
    hosts.readline(`${line('example.org', 1, ' me')}other line`)
    expect(hosts.writeline(hosts.get()!)).toBe(line('example.org', 1, ' me'))
  })

  test('knows a type by all of its name: others are kept as they are, and never match', () => {
    hosts.readline(`example.org ssh-ed ${key(1).toString('base64')}`)
    expect(hosts.get()!.typemask & ssh.LIBSSH2_KNOWNHOST_KEY_MASK).toBe(ssh.LIBSSH2_KNOWNHOST_KEY_UNKNOWN)
    expect(hosts.writeline(hosts.get()!)).toBe(`example.org ssh-ed ${key(1).toString('base64')}\n`)
  })

  test('of another kind of file throws', () => {
    expect(() => hosts.readline(line('example.org'), 2)).toThrow(ssh.SSHError)
  })
})

describe('writeline', () => {
  test('gives what readline took, comments included', () => {
    for (const text of [line('example.org'), line('example.org', 2, ' a comment of words')]) {
      const fresh = used.session.knownhostInit()
      fresh.readline(text)
      expect(fresh.writeline(fresh.get()!)).toBe(text)
      fresh.free()
    }
  })

  test('of a long line', () => {
    const long = hosts.addc('example.org', null, key(1), 'c'.repeat(5000), ED25519)
    expect(hosts.writeline(long)).toHaveLength(line('example.org').length + 5001)
  })

  test('of an entry without a comment ends with the key', () => {
    expect(hosts.writeline(hosts.add('example.org', null, key(1), ED25519))).toBe(line('example.org'))
  })

  test('gives lines below 64 kiB, and refuses longer ones', () => {
    const room = 65535 - line('example.org', 1, ' ').length
    const longest = hosts.addc('example.org', null, key(1), 'c'.repeat(room), ED25519)
    expect(hosts.writeline(longest)).toBe(line('example.org', 1, ` ${'c'.repeat(room)}`))
    const longer = hosts.addc('example.org', null, key(1), 'c'.repeat(room + 1), ED25519)
    expect(() => hosts.writeline(longer)).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_BUFFER_TOO_SMALL' }))
  })
})

describe('entries', () => {
  test('are deleted, and then unusable', () => {
    const [first, second] = [hosts.add('a.example', null, key(1), ED25519), hosts.add('b.example', null, key(2), ED25519)]
    expect(hosts.get()).toBe(first)
    expect(hosts.get(first)).toBe(second)
    expect(hosts.get(second)).toBe(null)
    expect(hosts.del(first)).toBe(0)
    expect([...hosts]).toEqual([second])
    expect(() => hosts.del(first)).toThrow('not in the collection')
    expect(() => hosts.writeline(first)).toThrow('not in the collection')
    expect(() => used.session.knownhostInit().get(second)).toThrow('not in the collection')
  })

  test('that are added in the place of a deleted one are new ones', () => {
    const old: ssh.KnownHost[] = []
    // The memory of the collection does not grow, so C gives the same address again.
    for (let i = 100; i < 300; i++) {
      const entry = hosts.add(`h${i}.example`, null, key(1), ED25519)
      expect(entry.name).toBe(`h${i}.example`)
      hosts.del(entry)
      old.push(entry)
    }
    for (const entry of old) expect(() => hosts.writeline(entry)).toThrow('not in the collection')
  })

  test('are looked for without a word at address 0, which C takes for no address', () => {
    hosts.add('a.example', null, key(1), ED25519)
    const { heap } = used.session.instance
    const before = heap.view(0 as Bytes, 64).slice()
    expect(hosts.get()!.name).toBe('a.example')
    expect(heap.view(0 as Bytes, 64)).toEqual(before)
  })

  test('need what C would trap without', () => {
    expect(() => hosts.add('aGFzaA==', null, key(1), ssh.LIBSSH2_KNOWNHOST_TYPE_SHA1 | ssh.LIBSSH2_KNOWNHOST_KEY_ED25519)).toThrow(TypeError)
    expect(() => hosts.add('example.org', null, key(1), PLAIN)).toThrow('No key type set')
    expect(() => hosts.add('example.org', null, key(1), 9 | ssh.LIBSSH2_KNOWNHOST_KEY_ED25519)).toThrow(ssh.SSHError)
  })
})

test('a freed collection throws, and leaves no memory behind', () => {
  const before = used.session.instance.heapUsed()
  const collection = used.session.knownhostInit()
  for (let i = 0; i < 100; i++) collection.readline(line(`host${i}.example,10.0.0.${i}`, i))
  collection.free()
  collection.free()
  expect(() => collection.get()).toThrow('freed')
  expect(used.session.instance.heapUsed()).toBe(before)
})

test('a collection knows its session, and is freed when it is disposed of', () => {
  let kept: ssh.KnownHosts
  {
    using collection = used.session.knownhostInit()
    expect(collection.session).toBe(used.session)
    kept = collection
  }
  expect(() => kept.get()).toThrow('freed')
})
