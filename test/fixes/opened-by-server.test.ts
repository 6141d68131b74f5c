import { expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { channelData, message, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, exec, read, serveVictim } from './attack.ts'

test('0107: a refused agent channel is answered with a message that ends', async () => {
  const answers: unknown[] = []
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(message(SSH_MSG.CHANNEL_OPEN).string('auth-agent@openssh.com').uint32(5).uint32(1000).uint32(1000).finish())
    const fields = new WireReader((await connection.receive(SSH_MSG.CHANNEL_OPEN_FAILURE)).subarray(1))
    answers.push(fields.uint32(), fields.uint32(), fields.text(), fields.text(), fields.remaining)
    connection.send(channelData(channel, 'done'))
    await connection.receiveAll()
  }, async (session) => expect(await read(await exec(session))).toBe('done'))
  expect(answers).toEqual([5, 4, 'Auth Agent unavailable', '', 0])
})

const x11 = (packetSize: number) => message(SSH_MSG.CHANNEL_OPEN).string('x11').uint32(5).uint32(1000).uint32(packetSize).string('host.example').uint32(0x41414141).finish()

test('0107: the address of an X11 client ends where it says', async () => {
  const host = await attack(async (connection) => {
    await serveVictim(connection)
    connection.send(x11(1000), { padding: new TextEncoder().encode('A'.repeat(19)) })
    await connection.receiveAll()
  }, async (session) => {
    session.listenForX11()
    await exec(session)
    return (await session.complete(() => session.acceptX11())).originatorHost
  })
  expect(host).toBe('host.example')
})

test('0107: a channel-open message that ends too early is an error', async () => {
  const code = await attack(async (connection) => {
    await serveVictim(connection)
    connection.send(message(SSH_MSG.CHANNEL_OPEN).string('auth-agent@openssh.com').uint32(5).finish())
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session))))
  expect(code).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
})

test('0161: a server that opens a channel for packets of no bytes is refused', async () => {
  const code = await attack(async (connection) => {
    await serveVictim(connection)
    connection.send(x11(0))
    await connection.receiveAll()
  }, async (session) => {
    session.listenForX11()
    return codeOf(async () => read(await exec(session)))
  })
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})
