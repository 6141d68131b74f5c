import { expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { type Connection, message, serveHandshake, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, login } from './attack.ts'

const handshake = (script: (connection: Connection) => Promise<void>) =>
  attack(script, async (session) => codeOf(() => session.complete(() => session.handshake())))

test.each([
  ['SERVICE_ACCEPT', message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish()],
  ['EXT_INFO', message(SSH_MSG.EXT_INFO).uint32(1).string('server-sig-algs').string('ssh-rsa').finish()],
  ['USERAUTH_SUCCESS', message(SSH_MSG.USERAUTH_SUCCESS).finish()],
  ['GLOBAL_REQUEST', message(SSH_MSG.GLOBAL_REQUEST).string('x@example.org').boolean(true).finish()],
])('0110: %s in the clear ends the handshake, also without strict key exchange', async (_, payload) => {
  await handshake(async (connection) => {
    await serveHandshake(connection, { strict: false, beforeReply: () => connection.send(payload) })
    await connection.receiveAll()
  })
})

test('0150: the accepted service is named inside of the message', async () => {
  const code = await handshake(async (connection) => {
    await connection.handshake()
    await connection.receive(SSH_MSG.SERVICE_REQUEST)
    const rest = new TextEncoder().encode('ssh-userauth'.padEnd(22, '\\0'))
    connection.send(message(SSH_MSG.SERVICE_ACCEPT).uint32(12).finish(), { padding: rest })
    await connection.receiveAll()
  })
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('a key exchange with a wrong signature fails', async () => {
  await handshake(async (connection) => {
    await connection.handshake({ reply: (reply) => reply.with(reply.length - 1, reply.at(-1)! ^ 1) })
    await connection.receiveAll()
  })
})

test('0153: the text before the identification has an end', async () => {
  const code = await handshake(async (connection) => {
    for (let i = 0; i < 1000; i++) connection.sendRaw(`${'welcome '.repeat(10)}\r\n`)
    await connection.receiveAll()
  })
  expect(code).toBe('ERR_LIBSSH2_BANNER_RECV')
})

test('0153: some lines before it are allowed', async () => {
  await attack(async (connection) => {
    connection.sendRaw('welcome\r\n'.repeat(1000))
    await serveHandshake(connection)
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
    await connection.receiveAll()
  }, login)
})

test.each(['SSH-1.5-OpenSSH_1.2.27', 'SSH-1.99', 'SSH-2.1-x', 'SSH-20.0-x', 'SSH-'])('0154: %s does not offer version 2', async (identification) => {
  const error: unknown = await attack(async (connection) => {
    connection.sendRaw(`${identification}\r\n`)
    await connection.receiveAll()
  }, async (session) => session.complete(() => session.handshake()).then(() => undefined, (reason: unknown) => reason))
  expect(error).toMatchObject({ code: 'ERR_LIBSSH2_PROTO', message: expect.stringMatching(/does not offer version 2 of SSH/) as string })
})

test('0104: EXT_INFO ends where its packet does, whatever number of extensions it announces', async () => {
  const code = await attack(async (connection) => {
    await serveHandshake(connection)
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(message(SSH_MSG.EXT_INFO).uint32(0xffffffff).string('x').string('y').finish())
    await connection.receiveAll()
  }, async (session) => codeOf(() => login(session)))
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0151: the disconnect message ends after its language tag', async () => {
  const said: unknown[] = []
  await attack(async (connection) => {
    await serveHandshake(connection)
    const fields = new WireReader((await connection.receive(SSH_MSG.DISCONNECT)).subarray(1))
    said.push(fields.uint32(), fields.text(), fields.text(), fields.remaining)
  }, async (session) => {
    await session.complete(() => session.handshake())
    session.disconnect('bye', 11, 'x'.repeat(200))
    await expect.poll(() => said).toHaveLength(4)
  })
  expect(said).toEqual([11, 'bye', 'x'.repeat(200), 0])
})
