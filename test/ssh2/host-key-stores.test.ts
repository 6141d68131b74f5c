import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { Client } from '../../src/ssh2/index.ts'
import { heldKey, holdKey, MOST_HOSTS, roomForOneMore } from '../../src/ssh2/host-keys/held-keys.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { attempts, line } from './attempts.ts'

const server = suiteServer(() => startSsh2Server({ password: 'right', hostKeyTypes: ['ed25519'] }))
const to = ({ port }: SshServer, more: object = {}) => ({ host: '127.0.0.1', port, username: 'tester', password: 'right', ...more })

describe('known hosts that are there and cannot be read: refused', () => {
  const stores: [what: string, make: (path: string) => void, why: RegExp][] = [
    ['a directory', (path) => mkdirSync(path), /is not a file/],
    ['a FIFO, which nobody writes', (path) => execFileSync('mkfifo', [path]), /is not a file/],
    ['a link to itself', (path) => symlinkSync(path, path), /cannot be read \(ELOOP\)/],
  ]
  test.each(stores)('%s', async (_what, make, why) => {
    for (const mode of ['warn', 'accept-new', 'strict']) {
      const { lines } = await attempts(mode, make, to(server()))
      expect(lines, mode).toEqual([expect.stringMatching(/^error handshake Host denied \(verification failed\): the known hosts cannot be trusted/)])
      expect(lines[0], mode).toMatch(why)
    }
  })
})

test('the mode can be made stricter after the first connect, not looser', async () => {
  const { lines } = await attempts(undefined, line(server()), { setMode: 'ssh2' }, { setMode: 'warn' }, to(server()), { setMode: 'ssh2' }, { setMode: 'strict' }, { setMode: 'accept-new' }, { setMode: 'open' }, to(server()))
  expect(lines).toEqual(['mode ssh2', 'mode warn', 'ready', 'mode ssh2 Error ERR_SSH2_HOST_KEYS', 'mode strict', 'mode accept-new Error ERR_SSH2_HOST_KEYS', expect.stringMatching(/^mode open TypeError/), 'ready'])
})

describe('with sock', () => {
  const through = () => ({ through: server().port, username: 'tester', password: 'right' })
  const known = () => `the.server ${server().hostKeys[0]!.publicKey}\n`

  test('hostKeyAlias names the host, or host and port do', async () => {
    expect((await attempts('strict', known(), { ...through(), hostKeyAlias: 'the.server' }, { ...through(), host: 'the.server' })).lines).toEqual(['ready', 'ready'])
    expect((await attempts('strict', line(server()), { ...through(), host: '127.0.0.1', port: server().port })).lines).toEqual(['ready'])
  })

  test('without a name it is unknown', async () => {
    expect((await attempts('strict', known(), through())).lines).toEqual([expect.stringMatching(/^error handshake Host denied .*no host key is known for a stream whose host nobody names/)])
  })

  test('what names the host is escaped in warnings', async () => {
    const { lines } = await attempts('warn', undefined, { ...through(), hostKeyAlias: 'a\u001b[2Jb\u202ec' })
    expect(lines[0]).toMatch(/^warning SSH2_HOST_KEY_UNKNOWN /)
    expect(lines.join('\n')).not.toMatch(/[\u001b\u202e]/)
    expect(lines.at(-1)).toBe('ready')
  })
})

test('the hosts that a process remembers are bounded, the first key stands, and a connection beyond the bound is refused', async () => {
  for (let number = 0; roomForOneMore(); number++) holdKey(`host-${number}`, Buffer.from([1]))
  holdKey('one more', Buffer.from([1]))
  holdKey('host-0', Buffer.from([2]))
  expect([heldKey(`host-${MOST_HOSTS - 1}`), heldKey('one more'), heldKey('host-0')]).toEqual([Buffer.from([1]), undefined, Buffer.from([1])])
  const home = temporaryDirectory('home')
  vi.stubEnv('HOME', home.path)
  const client = new Client()
  const told = once(client, 'end').then(() => undefined, (error: unknown) => error)
  const closed = new Promise((resolve) => { client.on('close', () => resolve(undefined)) })
  client.connect(to(server()))
  expect(await told).toMatchObject({ level: 'handshake', message: expect.stringMatching(/^Host denied \(verification failed\): .* this process cannot remember more unknown hosts/) })
  await closed
  vi.unstubAllEnvs()
  home.remove()
})
