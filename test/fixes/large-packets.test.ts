import { expect, test } from 'vitest'
import { LIBSSH2_FLAG_COMPRESS } from '../../src/ffi/constants.gen.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { acceptChannel, channelData, type Connection, message, serveHandshake, serveLogin, SSH_MSG } from '../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../support/scripted-server/packet-cipher.ts'
import { attack, codeOf, exec, login, read, serveVictim } from './attack.ts'

/** OpenSSH's PACKET_MAX_SIZE, of the packet_length field. */
const LARGEST = 256 << 10

const ALGORITHMS: readonly [name: string, algorithms: Partial<DirectionAlgorithms>][] = [
  ['AES-CTR', { cipher: 'aes128-ctr', mac: 'hmac-sha2-256' }],
  ['encrypt-then-MAC', { cipher: 'aes128-ctr', mac: 'hmac-sha2-256-etm@openssh.com' }],
  ['AES-GCM', { cipher: 'aes128-gcm@openssh.com' }],
  ['chacha20-poly1305', { cipher: 'chacha20-poly1305@openssh.com' }],
  ['compression', { cipher: 'aes128-ctr', mac: 'hmac-sha2-256', compression: 'zlib@openssh.com' }],
]

/** As long as a packet of 256 KiB can be with every cipher: type, length, padding and padding length are left. */
const noise = (length = LARGEST - 64) => Uint8Array.from({ length }, (_, i) => i * i >> 3)

test.each(ALGORITHMS)('0901: messages of 256 KiB are taken, between others: %s', async (_, serverToClient) => {
  const heard: number[] = []
  const text = await attack(async (connection) => {
    const channel = await serveVictim(connection, { serverToClient })
    for (const size of [LARGEST - 64, 34_900, 35_100, 100_000, 1]) {
      connection.send(message(SSH_MSG.IGNORE).string(noise(size)).finish())
      connection.send(channelData(channel, 'x'))
    }
    connection.send(channelData(channel, 'done'))
    await connection.receiveAll()
  }, async (session) => {
    session.flag(LIBSSH2_FLAG_COMPRESS)
    session.onIgnore = (data) => heard.push(data.length)
    const channel = await exec(session)
    let all = ''
    while (!all.endsWith('done')) all += await read(channel)
    return all
  })
  expect(text).toBe('xxxxxdone')
  expect(heard).toEqual([LARGEST - 64, 34_900, 35_100, 100_000, 1])
})

test('0901: a large message arrives byte by byte, and the bytes behind it are not lost', async () => {
  const text = await attack(async (connection) => {
    const channel = await serveVictim(connection, { serverToClient: { cipher: 'aes128-gcm@openssh.com' } })
    const bytes = Buffer.concat([connection.seal(message(SSH_MSG.IGNORE).string(noise(60_000)).finish()), connection.seal(channelData(channel, 'done'))])
    for (let at = 0; at < bytes.length; at += 997) {
      connection.sendRaw(bytes.subarray(at, at + 997))
      await connection.taken()
    }
    await connection.receiveAll()
  }, async (session) => read(await exec(session)))
  expect(text).toBe('done')
})

test('0901: an IGNORE is not held, however many come', async () => {
  const grown = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    for (let i = 0; i < 40; i++) connection.send(message(SSH_MSG.IGNORE).string(noise()).finish())
    connection.send(channelData(channel, 'done'))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    const before = session.instance.heapUsed()
    expect(await read(channel)).toBe('done')
    return session.instance.heapUsed() - before
  })
  expect(grown).toBeLessThan(70_000) // the reader's own buffer
})

test.each(ALGORITHMS)('0916: an IGNORE as long as the window of a channel is dropped, and any other message as long ends the session: %s', async (_, serverToClient) => {
  const window = 2 << 20 // OpenSSH's, CHAN_SES_WINDOW_DEFAULT
  const heard: number[] = []
  const texts: string[] = []
  const code = await attack(async (connection) => {
    const channel = await serveVictim(connection, { serverToClient })
    for (const size of [294_416, window]) connection.send(message(SSH_MSG.IGNORE).string(noise(size)).finish())
    connection.send(channelData(channel, 'taken'))
    connection.send(message(SSH_MSG.DEBUG).boolean(false).string(noise(300_000)).string('').finish())
    connection.send(channelData(channel, 'never'))
    await connection.receiveAll()
  }, async (session) => {
    session.flag(LIBSSH2_FLAG_COMPRESS)
    session.onIgnore = (data) => heard.push(data.length)
    const channel = await exec(session)
    return codeOf(async () => { for (;;) texts.push(await read(channel)) })
  })
  expect(texts).toEqual(['taken'])
  expect(code).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
  expect(heard).toEqual([294_416, window])
})

test('0916: before the user is authenticated an IGNORE may have 256 KiB', async () => {
  const code = await attack(async (connection) => {
    await serveHandshake(connection)
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(message(SSH_MSG.IGNORE).string(noise(LARGEST + 64)).finish())
    await connection.receiveAll()
  }, (session) => codeOf(() => login(session)))
  expect(code).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
})

test('0901: a banner of a quarter of a megabyte is read', async () => {
  const banner = await attack(async (connection) => {
    await serveHandshake(connection)
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(message(SSH_MSG.USERAUTH_BANNER).string('b'.repeat(250_000)).string('').finish())
    connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
    await connection.receiveAll()
  }, async (session) => (await login(session)).userauthBanner())
  expect(banner).toHaveLength(250_000)
})

/** The command of the client's next exec request. */
async function command(connection: Connection): Promise<string> {
  const request = new WireReader((await connection.receive(SSH_MSG.CHANNEL_REQUEST)).subarray(5))
  request.string()
  request.boolean()
  return request.text()
}

test.each(ALGORITHMS)('0901: a command of 256 kB is sent whole, and a short one after it: %s', async (_, clientToServer) => {
  const long = Array.from({ length: 23_000 }, (_, i) => `echo ${i * i};`).join('').slice(0, 256_000)
  const seen: string[] = []
  await attack(async (connection) => {
    await serveLogin(connection, { clientToServer })
    for (let i = 0; i < 2; i++) {
      const channel = await acceptChannel(connection, { number: 50 + i })
      seen.push(await command(connection))
      connection.send(message(SSH_MSG.CHANNEL_SUCCESS).uint32(channel.client).finish())
    }
    await connection.receiveAll()
  }, async (session) => {
    session.flag(LIBSSH2_FLAG_COMPRESS)
    await login(session)
    const before = session.instance.heapUsed()
    for (const text of [long, 'true']) {
      const channel = await session.complete(() => session.openSession())
      await session.complete(() => channel.execute(text))
    }
    expect(session.instance.heapUsed() - before, 'the block for the large packet is gone').toBeLessThan(20_000)
  })
  expect(seen).toEqual([long, 'true'])
})

test('0901: what no packet holds is refused before anything is sent', async () => {
  const [code, rest] = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(channelData(channel, 'alive'))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    const refused = await codeOf(() => session.complete(() => channel.setenv('NAME', 'x'.repeat(LARGEST))))
    return [refused, await read(channel)]
  })
  expect([code, rest]).toEqual(['ERR_LIBSSH2_OUT_OF_BOUNDARY', 'alive'])
})
