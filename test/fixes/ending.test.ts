import { expect, test } from 'vitest'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { channelClose, channelData, channelEof, message, serveHandshake, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, exec, read, serveVictim } from './attack.ts'

test.each([
  ['many', 300, 1000],
  ['large', 5, 250_000],
])('0113: messages that nobody takes are not kept without end: %s', async (_, count, size) => {
  const code = await attack(async (connection) => {
    await serveHandshake(connection)
    for (let i = 0; i < count; i++) connection.send(message(SSH_MSG.USERAUTH_BANNER).string('x'.repeat(size)).string('').finish())
    await connection.receiveAll()
  }, async (session) => {
    await session.complete(() => session.handshake())
    return (await session.ended()).code
  })
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0113: UNIMPLEMENTED is not kept at all', async () => {
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (let i = 0; i < 1000; i++) connection.send(message(SSH_MSG.UNIMPLEMENTED).uint32(i).finish())
    connection.send(channelData(channel, 'done'))
    await connection.receiveAll()
  }, async (session) => expect(await read(await exec(session))).toBe('done'))
})

test('0114: a key re-exchange without a common method is an error', async () => {
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    const init = new WireWriter().byte(SSH_MSG.KEXINIT).bytes(new Uint8Array(16))
    for (let i = 0; i < 10; i++) init.nameList(['nothing@example.org'])
    connection.send(init.boolean(false).uint32(0).finish())
    connection.send(channelData(channel, 'after'))
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session))))
})

test('0201: what has arrived is read before the disconnect is reported', async () => {
  const [data, code] = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    const disconnect = message(SSH_MSG.DISCONNECT).uint32(11).string('bye').string('').finish()
    connection.sendRaw(Buffer.concat([channelData(channel, 'the end'), disconnect].map((payload) => connection.seal(payload))))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    return [await read(channel), await codeOf(() => read(channel))]
  })
  expect(data).toBe('the end')
  expect(code).toBe('ERR_LIBSSH2_SOCKET_DISCONNECT')
})

test('0201: the end of the file and the exit status too', async () => {
  const seen = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    const status = message(SSH_MSG.CHANNEL_REQUEST).uint32(channel.client).string('exit-status').boolean(false).uint32(7).finish()
    const disconnect = message(SSH_MSG.DISCONNECT).uint32(11).string('bye').string('').finish()
    connection.sendRaw(Buffer.concat([channelData(channel, 'x'), channelEof(channel), status, channelClose(channel), disconnect].map((payload) => connection.seal(payload))))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    return [await read(channel), await read(channel), channel.eof(), channel.getExitStatus()]
  })
  expect(seen).toEqual(['x', '', true, 7])
})
