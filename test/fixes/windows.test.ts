import { expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { acceptChannel, channelOpen, type Connection, message, serveLogin, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, exec, login, read, serveVictim } from './attack.ts'

test('0106: a window adjust beyond 2^32 - 1 is an error', async () => {
  const code = await attack(async (connection) => {
    const { client } = await serveVictim(connection, { window: 0xfffffff0 })
    connection.send(message(SSH_MSG.CHANNEL_WINDOW_ADJUST).uint32(client).uint32(0x20).finish())
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session))))
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0106: our own adjusts stop at 2^32 - 1', async () => {
  const sums: number[] = []
  const window = await attack(async (connection) => {
    await serveVictim(connection)
    sums.push(1000 + new WireReader((await connection.receive(SSH_MSG.CHANNEL_WINDOW_ADJUST)).subarray(5)).uint32())
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session, 1000)
    await session.complete(() => channel.receiveWindowAdjust2(0xffffffff, true))
    await expect.poll(() => sums).toHaveLength(1)
    return channel.windowReadEx().window
  })
  expect(sums).toEqual([0xffffffff])
  expect(window).toBe(0xffffffff)
})

const opening = (script: (connection: Connection) => Promise<void>) => attack(async (connection) => {
  await serveLogin(connection)
  await script(connection)
  await connection.receiveAll()
}, async (session) => {
  await login(session)
  return codeOf(() => session.complete(() => session.openSession()))
})

test('0160: the reason of a refused channel is read from the message, not from its padding', async () => {
  const code = await opening(async (connection) => {
    const client = await channelOpen(connection)
    connection.send(message(SSH_MSG.CHANNEL_OPEN_FAILURE).uint32(client).finish(), { padding: new Uint8Array(22).fill(4) })
  })
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0161: a peer that takes packets of no bytes is refused', async () => {
  const code = await opening(async (connection) => void await acceptChannel(connection, { packetSize: 0 }))
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0166: a refused channel gives back what the server sent for it', async () => {
  await attack(async (connection) => {
    await serveLogin(connection)
    for (let i = 0; i < 5; i++) {
      const client = await channelOpen(connection)
      connection.send(message(SSH_MSG.CHANNEL_REQUEST).uint32(client).string('exit-signal').boolean(false).string('X'.repeat(20_000))
        .boolean(false).string('').string('').finish())
      connection.send(message(SSH_MSG.CHANNEL_OPEN_FAILURE).uint32(client).uint32(1).string('no').string('').finish())
    }
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const before = session.instance.heapUsed()
    for (let i = 0; i < 5; i++) expect(await codeOf(() => session.complete(() => session.openSession()))).toBe('ERR_LIBSSH2_CHANNEL_FAILURE')
    expect(session.instance.heapUsed() - before).toBeLessThan(20_000)
  })
})
