import { expect, test } from 'vitest'
import type { Session } from '../../src/bindings/index.ts'
import { attack, codeOf } from './attack.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
const HASH = 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='

/** Nothing of this is the server's doing; memory is compared all the same. */
const reading = <T>(victim: (session: Session) => Promise<T>) => attack(async (connection) => connection.receiveAll(), victim)

test('0371: a line of known_hosts with a key type alone is refused', async () => {
  const code = await reading(async (session) => {
    using hosts = session.knownhostInit()
    return await codeOf(async () => hosts.readline('host a-key-type-that-is-long-enough-for-a-key'))
  })
  expect(code).toBe('ERR_LIBSSH2_METHOD_NOT_SUPPORTED')
})

test.each([
  ['salt', `|1||${HASH} ${KEY}`],
  ['hash', `|1|${HASH}| ${KEY}`],
])('0371: an empty %s is written as nothing, not as what lies behind it', async (_, line) => {
  const codes = await reading(async (session) => {
    using hosts = session.knownhostInit()
    hosts.readline(line)
    return await Promise.all([...hosts].map((host) => codeOf(async () => hosts.writeline(host))))
  })
  expect(codes).toEqual(['ERR_LIBSSH2_ALLOC'])
})

test('0370: a salt whose length is no multiple of four is decoded inside of its memory', async () => {
  const salts = await reading(async (session) => {
    using hosts = session.knownhostInit()
    for (const salt of ['AAAAAAA', 'AAAAAA', 'AAAAA']) {
      try { hosts.readline(`|1|${salt}|${HASH} ${KEY}`) } catch {}
    }
    return [...hosts].length
  })
  expect(salts).toBe(2)
})
