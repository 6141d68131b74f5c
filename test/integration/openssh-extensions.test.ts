import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Session } from '../../src/bindings/index.ts'
import { execute, openSession, readAll, shakenSession, text } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection, within } from '../support/within.ts'

let server: SshServer
let session: Session
beforeAll(async () => {
  server = await startSshd({ config: ['LogLevel DEBUG3', 'AcceptEnv *'] })
  session = await openSession(server)
})
afterAll(async () => {
  await session.close()
  await server[Symbol.asyncDispose]()
})

test('OpenSSH takes the method that names the host key, where it announces it', async () => {
  expect(new TextDecoder().decode(session.extensions().get('publickey-hostbound@openssh.com'))).toBe('0')
  await expect.poll(() => server.log()).toMatch(/method publickey-hostbound-v00@openssh\.com/)
  expect(session.userauthAuthenticated()).toBe(true)
})

test('OpenSSH announces its host keys, which the first exchange has one of', async () => {
  await using other = await startSshd({ hostKeyTypes: ['ed25519', 'ecdsa'] })
  const heard = await shakenSession(other)
  const announced = new Promise<readonly [string, Uint8Array, boolean]>((resolve) => { heard.onGlobalRequest = (...request) => resolve(request) })
  await heard.complete(() => heard.userauthPublickeyFromMemory(other.user, readFileSync(other.keys.ed25519.path, 'utf8')))
  const [name, body, wantReply] = await within(10_000, 'the announcement', announced)
  expect([name, wantReply]).toEqual(['hostkeys-00@openssh.com', false])
  expect(Buffer.from(body).includes(heard.firstExchange()!.hostKey)).toBe(true)
  await heard.close()
})

test('OpenSSH answers requests that want it, in their order', async () => {
  const answers = await Promise.all(['unknown@example.org', 'keepalive@openssh.com', 'tcpip-forward'].map((name) => new Promise((resolve) => {
    session.globalRequest(name, name === 'tcpip-forward' ? Buffer.from('\0\0\0\x09127.0.0.1\0\0\0\0') : undefined, (body) => resolve([name, body?.length]))
  })))
  expect(answers).toEqual([['unknown@example.org', undefined], ['keepalive@openssh.com', undefined], ['tcpip-forward', 4]])
})

test('connections to a Unix socket that OpenSSH listens on arrive here, and end when it is cancelled', async () => {
  using directory = temporaryDirectory('streamlocal')
  const path = directory.file('socket')
  const listener = await session.complete(() => session.forwardListenStreamlocal(path))
  const socket = connect(path)
  const channel = await within(10_000, 'a connection', session.complete(() => listener.forwardAccept()))
  await session.complete(() => channel.write('from here'))
  expect(String(await within(10_000, 'data', new Promise((resolve) => { socket.once('data', resolve) })))).toBe('from here')
  socket.end('from there')
  expect(text(await readAll(channel))).toBe('from there')
  await session.complete(() => channel.close())
  await session.complete(() => listener.forwardCancel())
  await expect.poll(async () => rejection(new Promise((resolve, reject) => { connect(path).once('connect', resolve).once('error', reject) })))
    .toMatchObject({ code: expect.stringMatching(/ECONNREFUSED|ENOENT/) as string })
})

test('a socket that cannot be made is refused', async () => {
  expect(await rejection(session.complete(() => session.forwardListenStreamlocal('/nonexistent/socket')))).toMatchObject({ code: 'ERR_LIBSSH2_REQUEST_DENIED' })
})

test('variables reach a command though nobody waits for replies', async () => {
  const channel = await session.complete(() => session.openSession())
  for (let i = 0; i < 10; i++) channel.setenvNoReply(`LC_TEST_${i}`, `value ${i}`)
  await session.complete(() => channel.execute('env | grep ^LC_TEST_ | sort'))
  expect(text(await readAll(channel))).toBe(Array.from({ length: 10 }, (_, i) => `LC_TEST_${i}=value ${i}\n`).join(''))
  await session.complete(() => channel.close())
})

test('a program whose output nobody reads any more hears of it: eow', async () => {
  const channel = await execute(session, 'while echo line; do :; done')
  await session.complete(() => channel.read(10))
  channel.requestNoReply('eow@openssh.com')
  await within(10_000, 'the end', readAll(channel))
  await session.complete(() => channel.waitClosed())
  expect(channel.getExitSignal()[1] ?? channel.getExitStatus()).toBe('PIPE')
  await session.complete(() => channel.free())
})
