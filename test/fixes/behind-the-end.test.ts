import { expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { channelClose, channelData, channelEof, type ChannelNumbers, message, SSH_MSG } from '../support/scripted-server.ts'
import { attack, exec, readAll, serveVictim } from './attack.ts'

const extended = ({ client }: ChannelNumbers, type: number, data: Uint8Array | string) =>
  message(SSH_MSG.CHANNEL_EXTENDED_DATA).uint32(client).uint32(type).string(data).finish()
const exitStatus = ({ client }: ChannelNumbers, status: number, wantReply = false) =>
  message(SSH_MSG.CHANNEL_REQUEST).uint32(client).string('exit-status').boolean(wantReply).uint32(status).finish()
const exitSignal = ({ client }: ChannelNumbers, name: string) =>
  message(SSH_MSG.CHANNEL_REQUEST).uint32(client).string('exit-signal').boolean(false).string(name).boolean(false).string('').string('').finish()

test('0905: data behind the end of file does not count, and does not take the end back', async () => {
  const seen = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(channelData(channel, 'before'))
    connection.send(channelEof(channel))
    connection.send(channelData(channel, 'after'))
    connection.send(extended(channel, 1, 'after'))
    connection.send(channelClose(channel))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    await session.complete(() => channel.waitEof())
    await session.complete(() => channel.waitClosed())
    const [text, end] = [await readAll(channel), channel.eof()]
    const [, errors] = await session.complete(() => channel.readEx(100, 1))
    return [text, end, errors.length]
  })
  expect(seen).toEqual(['before', true, 0])
})

test('0905: exit status and signal behind the close do not count, and are not answered', async () => {
  const seen = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(exitStatus(channel, 7))
    connection.send(channelEof(channel))
    connection.send(channelClose(channel))
    connection.send(exitStatus(channel, 0, true))
    connection.send(exitSignal(channel, 'KILL'))
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    expect(connection.received.filter((each) => each[0] === SSH_MSG.CHANNEL_FAILURE)).toEqual([])
    connection.send(message(SSH_MSG.REQUEST_FAILURE).finish())
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    await session.complete(() => channel.waitEof())
    await session.complete(() => channel.waitClosed())
    session.keepaliveNow()
    return [channel.getExitStatus(), channel.getExitSignal()]
  })
  expect(seen[0]).toBe(7)
})

test('an exit status is known when its message has come, before the end of the output', async () => {
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(exitStatus(channel, 3))
    connection.send(channelData(channel, 'output of a child'))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    await session.complete(() => channel.read(100))
    expect(channel.getExitStatus()).toBe(3)
  })
})

test.each([2, 0, 0xffffffff])('0906: extended data of type %d goes back to the window', async (type) => {
  const adjusted: number[] = []
  const text = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (let i = 0; i < 100; i++) {
      connection.send(extended(channel, type, new Uint8Array(1000)))
      adjusted.push(new WireReader((await connection.receive(SSH_MSG.CHANNEL_WINDOW_ADJUST)).subarray(5)).uint32())
    }
    connection.send(channelData(channel, 'still here'))
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => readAll(await exec(session, 1 << 20)))
  expect(text).toBe('still here')
  expect(new Set(adjusted)).toEqual(new Set([1000]))
})
