import { expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { channelData, type ChannelNumbers, type Connection, message, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, exec, read, serveVictim } from './attack.ts'

const request = ({ client }: Pick<ChannelNumbers, 'client'>, name: string) => message(SSH_MSG.CHANNEL_REQUEST).uint32(client).string(name)
const exitSignal = (channel: ChannelNumbers, name: string) =>
  request(channel, 'exit-signal').boolean(false).string(name).boolean(false).string('').string('').finish()

test('0101: the name of a channel request may not be longer than its packet', async () => {
  const code = await attack(async (connection) => {
    const { client } = await serveVictim(connection)
    // In 32 bits this length and the offset of the name add up to 5: the reply flag would be read from the length itself.
    connection.send(message(SSH_MSG.CHANNEL_REQUEST).uint32(client).uint32(0xfffffffc).bytes(new Uint8Array(20)).finish())
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session))))
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

async function failedChannel(connection: Connection): Promise<number> {
  return new WireReader((await connection.receive(SSH_MSG.CHANNEL_FAILURE)).subarray(1)).uint32()
}

test('0102: the answer to a channel request bears the number of the peer; an unknown channel gets none', async () => {
  const answered: number[] = []
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (const client of [channel.client, 999, channel.client]) connection.send(request({ client }, 'keepalive@example.org').boolean(true).finish())
    answered.push(await failedChannel(connection), await failedChannel(connection))
    connection.send(channelData(channel, 'done'))
    await connection.receiveAll()
  }, async (session) => expect(await read(await exec(session))).toBe('done'))
  expect(answered).toEqual([77, 77])
})

test('0103: the name of a signal may not be longer than its packet', async () => {
  const code = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(request(channel, 'exit-signal').boolean(false).uint32(100).string('TERM').finish())
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    const failed = await codeOf(() => read(channel))
    expect(channel.getExitSignal()[1]).toBeNull()
    return failed
  })
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0103: of several signals the last counts and the others are freed', async () => {
  const signal = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (const name of ['HUP', 'X'.repeat(20_000), 'KILL']) connection.send(exitSignal(channel, name))
    connection.send(channelData(channel, 'done'))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    await read(channel)
    return channel.getExitSignal()[1]
  })
  expect(signal).toBe('KILL')
})
