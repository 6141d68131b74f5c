import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { normalHost } from '../../src/ssh2/host-keys/host-name.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import { attempts, line } from './attempts.ts'

let server: SshServer
let other: SshServer

beforeAll(async () => {
  [server, other] = await Promise.all([startSsh2Server({ password: 'right', hostKeyTypes: ['ed25519'] }), startSsh2Server({ password: 'right', hostKeyTypes: ['rsa'] })])
})
afterAll(async () => { await Promise.all([server.stop(), other.stop()]) })

const to = ({ port }: SshServer, more: object = {}) => ({ host: '127.0.0.1', port, username: 'tester', password: 'right', ...more })

describe('host keys without a verifier', () => {
  test('warn: unknown is accepted, with one warning for a host and key that names the password', async () => {
    const { lines } = await attempts(undefined, undefined, to(server), to(server))
    expect(lines.filter((text) => text === 'ready')).toHaveLength(2)
    const warnings = lines.filter((text) => text.startsWith('warning'))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/SSH2_HOST_KEY_UNKNOWN .*SHA256:.*password/)
  })

  test('warn: known and right says nothing', async () => {
    expect((await attempts(undefined, line(server), to(server))).lines).toEqual(['ready'])
  })

  test('warn: changed is refused, and the file and line are named', async () => {
    const { lines } = await attempts(undefined, `# a comment\n${line(server, other.hostKeys)}`, to(server))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^error handshake Host denied \(verification failed\): .*known_hosts says so in line 2.*ssh-keygen -R/)
  })

  test('warn: revoked is refused', async () => {
    expect((await attempts(undefined, `@revoked ${line(server)}`, to(server))).lines[0]).toMatch(/^error handshake Host denied.*revoked/)
  })

  test('warn: garbage in place of known hosts is refused', async () => {
    expect((await attempts(undefined, 'nothing that\nanybody reads\n', to(server))).lines[0]).toMatch(/^error handshake Host denied.*not a file of known hosts/)
  })

  test('warn: unknown is refused where the agent would be lent', async () => {
    const { lines } = await attempts(undefined, undefined, to(server, { agentForward: true, agent: '/nowhere' }))
    expect(lines[0]).toMatch(/^error handshake Host denied.*agentForward would lend it the agent/)
  })

  test('accept-new, strict: known and right is accepted, changed is refused', async () => {
    for (const mode of ['accept-new', 'strict']) {
      expect((await attempts(mode, line(server), to(server))).lines, mode).toEqual(['ready'])
      expect((await attempts(mode, line(server, other.hostKeys), to(server))).lines[0], mode).toMatch(/^error handshake Host denied.*known_hosts says so in line 1/)
    }
  })

  test('strict: unknown is refused', async () => {
    expect((await attempts('strict', undefined, to(server))).lines[0]).toMatch(/^error handshake Host denied.*no host key is known/)
  })

  test('accept-new: unknown is written after the login, not after a failed one', async () => {
    const good = await attempts('accept-new', undefined, to(server))
    expect(good.lines).toContain('ready')
    expect(good.file()).toBe(`${line(server).trim().split(' ').slice(0, 3).join(' ')}\n`)
    const failed = await attempts('accept-new', undefined, to(server, { password: 'wrong' }))
    expect(failed.lines.at(-1)).toMatch(/^error client-authentication/)
    expect(failed.file()).toBe('')
  })

  test('ssh2: every key is accepted, and the process says once that nothing is checked', async () => {
    const { lines } = await attempts('ssh2', line(server, other.hostKeys), to(server), to(server))
    expect(lines.filter((text) => text === 'ready')).toHaveLength(2)
    expect(lines.filter((text) => text.startsWith('warning')).map((text) => text.split(' ')[1])).toEqual(['SSH2_HOST_KEYS_UNCHECKED'])
  })

})

describe('the form of a host under which it is looked up', () => {
  for (const [given, normal] of [['EXAMPLE.org.', 'example.org'], ['[::1]', '::1'], ['0:0:0:0:0:0:0:1', '::1'], ['::ffff:127.0.0.1', '127.0.0.1'], ['127.1', '127.0.0.1'], ['fe80::1%eth0', 'fe80::1%eth0']] as const) {
    test(`${given} is ${normal}`, () => expect(normalHost(given)).toBe(normal))
  }
})
