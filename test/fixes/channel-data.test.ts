import { expect, test } from 'vitest'
import { LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE, LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE } from '../../src/ffi/constants.gen.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { channelClose, channelData, channelEof, type ChannelNumbers, type Connection, message, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, exec, read, readAll, serveVictim } from './attack.ts'

const stderr = ({ client }: ChannelNumbers, data: Uint8Array) => message(SSH_MSG.CHANNEL_EXTENDED_DATA).uint32(client).uint32(1).string(data).finish()

async function adjustment(connection: Connection): Promise<number> {
  return new WireReader((await connection.receive(SSH_MSG.CHANNEL_WINDOW_ADJUST)).subarray(5)).uint32()
}

test('0105: ignored extended data gives back the window that it took, not more', async () => {
  const adjusted: number[] = []
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(channelData(channel, 'ready'))
    await connection.receive(SSH_MSG.CHANNEL_REQUEST) // the client ignores stderr by now
    connection.send(stderr(channel, new Uint8Array(5000)))
    adjusted.push(await adjustment(connection))
    connection.send(channelData(channel, 'done'))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session, 1000)
    await read(channel, 10)
    await session.complete(() => channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE))
    await session.complete(() => channel.signal('USR1'))
    expect(await read(channel, 10)).toBe('done')
  })
  expect(adjusted).toEqual([995])
})

test('0802: both streams that are read as one keep their order, however small their packets are', async () => {
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(channelData(channel, 'ready'))
    await connection.receive(SSH_MSG.CHANNEL_REQUEST) // the client reads both as one by now
    for (const part of ['1', '2', '3']) {
      connection.send(channelData(channel, `out ${part}, `))
      connection.send(stderr(channel, new TextEncoder().encode(`err ${part}, `)))
    }
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    await read(channel, 5)
    await session.complete(() => channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE))
    await session.complete(() => channel.signal('USR1'))
    await session.complete(() => channel.waitEof())
    expect(await readAll(channel)).toBe('out 1, err 1, out 2, err 2, out 3, err 3, ')
  })
})

test('0111: channel data is as long as it says', async () => {
  const code = await attack(async (connection) => {
    const { client } = await serveVictim(connection)
    connection.send(message(SSH_MSG.CHANNEL_DATA).uint32(client).uint32(3).bytes(new TextEncoder().encode('abcdef')).finish())
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session))))
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})

test('0111: empty channel data costs no memory', async () => {
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (let i = 0; i < 3000; i++) connection.send(channelData(channel, ''))
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    const before = session.instance.heapUsed()
    await session.complete(() => channel.waitEof())
    expect(session.instance.heapUsed() - before).toBeLessThan(10_000)
  })
})

test('0802: what waits in packets of one byte takes little more memory than its bytes, and keeps its order', async () => {
  const [letters, digits] = ['abcdefghij'.repeat(200), '0123456789'.repeat(200)]
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (let i = 0; i < letters.length; i++) {
      connection.send(channelData(channel, letters[i]!))
      connection.send(stderr(channel, new TextEncoder().encode(digits[i])))
    }
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    const before = session.instance.heapUsed()
    await session.complete(() => channel.signal('USR1'))
    while (channel.windowReadEx().readAvail < letters.length + digits.length) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(session.instance.heapUsed() - before).toBeLessThan(50_000)
    expect(await readAll(channel)).toBe(letters)
    const [, complaints] = await session.complete(() => channel.readEx(digits.length, 1))
    expect(new TextDecoder().decode(complaints)).toBe(digits)
  })
})

test('0111: nothing is read after the close of the channel', async () => {
  const data = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (const bytes of [channelData(channel, 'before'), channelClose(channel), channelData(channel, ' after')]) connection.send(bytes)
    await connection.receiveAll()
  }, async (session) => readAll(await exec(session)))
  expect(data).toBe('before')
})

test.each([
  ['window', 100, 32768, 150, 'ERR_LIBSSH2_CHANNEL_WINDOW_EXCEEDED'],
  ['packet size', 10_000, 100, 150, 'ERR_LIBSSH2_CHANNEL_PACKET_EXCEEDED'],
] as const)('0112: data beyond the %s is an error, not a hole in the stream', async (_, window, packetSize, size, expected) => {
  const code = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(channelData(channel, new Uint8Array(size)))
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session, window, packetSize), 10)))
  expect(code).toBe(expected)
})

test('0162: flushing gives back the window of what it threw away', async () => {
  const adjusted: number[] = []
  await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(channelData(channel, 'a'))
    adjusted.push(await adjustment(connection))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session, 100_000)
    while (channel.windowReadEx().readAvail === 0) await session.wait()
    expect(await session.complete(() => channel.flush())).toBe(1)
    await expect.poll(() => adjusted).toHaveLength(1)
  })
  expect(adjusted).toEqual([1])
})

test('0163: ignoring extended data throws away what has arrived, so that the end of file shows', async () => {
  const eof = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(stderr(channel, new Uint8Array(100)))
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    await session.complete(() => channel.waitEof())
    expect(channel.eof()).toBe(false)
    await session.complete(() => channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE))
    return channel.eof()
  })
  expect(eof).toBe(true)
})

test('0209: reading what is left of a closed channel sends nothing for it', async () => {
  let tell: (adjustments: number) => void
  const checked = new Promise<number>((resolve) => { tell = resolve })
  const adjustments = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(channelData(channel, new Uint8Array(2000)))
    connection.send(channelClose(channel))
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    tell(connection.received.filter(([type]) => type === SSH_MSG.CHANNEL_WINDOW_ADJUST).length)
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session, 2000)
    await session.complete(() => channel.waitEof())
    await session.complete(() => channel.close())
    expect((await readAll(channel)).length).toBe(2000)
    session.keepaliveConfig(false, 2)
    session.keepaliveSend()
    return checked
  })
  expect(adjustments).toBe(0)
})
