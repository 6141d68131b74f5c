import { expect, test } from 'vitest'
import { LIBSSH2_FLAG_COMPRESS } from '../../src/ffi/constants.gen.ts'
import { channelData, channelEof } from '../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../support/scripted-server/packet-cipher.ts'
import { attack, codeOf, exec, read, serveVictim } from './attack.ts'

const CTR = { cipher: 'aes128-ctr', mac: 'hmac-sha2-256' } as const
const ETM = { cipher: 'aes128-ctr', mac: 'hmac-sha2-256-etm@openssh.com' } as const
const GCM = { cipher: 'aes128-gcm@openssh.com' } as const
const CHACHA = { cipher: 'chacha20-poly1305@openssh.com' } as const
const ZLIB = { compression: 'zlib@openssh.com' } as const

test.each<[string, string, Partial<DirectionAlgorithms>, Partial<DirectionAlgorithms>]>([
  ['AES-CTR', 'chacha20-poly1305', CTR, CHACHA], ['chacha20-poly1305', 'AES-CTR', CHACHA, CTR],
  ['encrypt-then-MAC', 'chacha20-poly1305', ETM, CHACHA], ['chacha20-poly1305', 'encrypt-then-MAC', CHACHA, ETM],
  ['AES-CTR', 'AES-GCM', CTR, GCM], ['AES-GCM', 'AES-CTR', GCM, CTR], ['AES-GCM', 'chacha20-poly1305', GCM, CHACHA],
])('0122: %s to the server and %s from it', async (_, __, clientToServer, serverToClient) => {
  const echoed = await attack(async (connection) => {
    const channel = await serveVictim(connection, { clientToServer, serverToClient })
    connection.send(channelData(channel, 'x'.repeat(5000)))
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => read(await exec(session)))
  expect(echoed.length).toBe(5000)
})

test.each([['both directions', ZLIB], ['what comes from the server only', {}]])('0122: compressed: %s', async (_, clientToServer) => {
  const data = await attack(async (connection) => {
    const channel = await serveVictim(connection, { clientToServer, serverToClient: ZLIB })
    connection.send(channelData(channel, 'hello'))
    await connection.receiveAll()
  }, async (session) => {
    session.flag(LIBSSH2_FLAG_COMPRESS)
    return read(await exec(session))
  })
  expect(data).toBe('hello')
})

test('0124: nothing of a packet with a wrong MAC is decompressed', async () => {
  const code = await attack(async (connection) => {
    const channel = await serveVictim(connection, { clientToServer: { ...ETM, ...ZLIB }, serverToClient: { ...ETM, ...ZLIB } })
    // This padding was taken off the next packet too, whose own stays encrypted because its MAC is wrong.
    connection.send(channelData(channel, 'hello'), { padding: 'most' })
    connection.send(channelData(channel, ''), { wrongMac: true })
    await connection.receiveAll()
  }, async (session) => {
    session.flag(LIBSSH2_FLAG_COMPRESS)
    const channel = await exec(session)
    return codeOf(() => session.complete(() => channel.waitEof()))
  })
  expect(code).toBe('ERR_LIBSSH2_INVALID_MAC')
})

test('0126: a packet that decompresses to nothing is an error', async () => {
  const code = await attack(async (connection) => {
    const channel = await serveVictim(connection, { serverToClient: ZLIB })
    connection.send(channelData(channel, 'hello'))
    await connection.sent()
    connection.sendRaw(connection.seal(Buffer.of(0, 0, 0, 0xff, 0xff))) // a stored block of no bytes
    await connection.receiveAll()
  }, async (session) => {
    session.flag(LIBSSH2_FLAG_COMPRESS)
    const channel = await exec(session)
    return codeOf(() => session.complete(() => channel.waitEof()))
  })
  expect(code).toBe('ERR_LIBSSH2_PROTO')
})
