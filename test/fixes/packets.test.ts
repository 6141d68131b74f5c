import { expect, test } from 'vitest'
import { channelData, message, SSH_MSG } from '../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../support/scripted-server/packet-cipher.ts'
import type { PacketFault } from '../support/scripted-server/packet.ts'
import { attack, codeOf, exec, read, serveVictim } from './attack.ts'

const CTR = { cipher: 'aes128-ctr', mac: 'hmac-sha2-256' } as const
const ETM = { cipher: 'aes128-ctr', mac: 'hmac-sha2-256-etm@openssh.com' } as const
const GCM = { cipher: 'aes128-gcm@openssh.com' } as const
const CHACHA = { cipher: 'chacha20-poly1305@openssh.com' } as const
/** Of an IGNORE, the longest of all: patch 0916. */
const LONGEST = (2 << 20) + 512
const IGNORE = message(SSH_MSG.IGNORE).string('x').finish()

/** What reading says after one packet with a fault, and then a right one. */
function afterPacket(algorithms: Partial<DirectionAlgorithms>, fault: PacketFault, payload: Uint8Array = IGNORE): Promise<string> {
  return attack(async (connection) => {
    const channel = await serveVictim(connection, { serverToClient: algorithms })
    connection.send(payload, fault)
    connection.send(channelData(channel, 'after'))
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session))))
}

test.each([
  ['chacha20-poly1305, too long for 32 bits', CHACHA, 0xfffffff0],
  ['chacha20-poly1305, longer than any packet', CHACHA, LONGEST + 8],
  ['chacha20-poly1305, shorter than a message', CHACHA, 2],
  ['chacha20-poly1305, not whole blocks', CHACHA, 20],
  ['encrypt-then-MAC, too long for 32 bits', ETM, 0xfffffff0],
  ['encrypt-then-MAC, longer than any packet', ETM, LONGEST + 16],
  ['encrypt-then-MAC, nothing', ETM, 0],
  ['encrypt-then-MAC, shorter than a block', ETM, 8],
  ['encrypt-then-MAC, not whole blocks', ETM, 33],
  ['AES-GCM, too long for 32 bits', GCM, 0xfffffff0],
  ['AES-GCM, longer than any packet', GCM, LONGEST + 16],
  ['AES-GCM, shorter than a block', GCM, 4],
  ['AES-GCM, not whole blocks', GCM, 20],
  ['AES-CTR, too long for 32 bits', CTR, 0xfffffffc],
  ['AES-CTR, longer than any packet', CTR, LONGEST + 12],
  ['AES-CTR, not whole blocks', CTR, 30],
  ['AES-CTR, shorter than a block', CTR, 5],
] as const)('0120: a packet length that cannot be: %s', async (_, algorithms, length) => {
  // The fault makes a packet of that length as far as it can be had, with a right MAC.
  const padding = new Uint8Array(Math.min(Math.max(length, 40), 36_000))
  expect(await afterPacket(algorithms, { length, padding, paddingLength: 4 })).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
})

test('0120: a packet length that cannot be: not whole blocks, before the first key exchange', async () => {
  await attack(async (connection) => {
    await connection.identify()
    connection.send(IGNORE, { padding: new Uint8Array(14) })
    await connection.exchangeKeys({ strict: false })
    await connection.receiveAll()
  }, async (session) => codeOf(() => session.complete(() => session.handshake())))
})

test.each([['AES-CTR', CTR], ['encrypt-then-MAC', ETM], ['chacha20-poly1305', CHACHA], ['AES-GCM', GCM]] as const)(
  '0125: padding longer than its packet, or too short: %s', async (_, algorithms) => {
    expect(await afterPacket(algorithms, { paddingLength: 255 })).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
    expect(await afterPacket(algorithms, { paddingLength: 3 })).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
  })

test.each([['chacha20-poly1305', CHACHA], ['AES-GCM', GCM]] as const)('0123: a wrong tag is an error: %s', async (_, algorithms) => {
  expect(await afterPacket(algorithms, { wrongMac: true })).toBe('ERR_LIBSSH2_DECRYPT')
})

test.each([['AES-CTR', CTR], ['encrypt-then-MAC', ETM]] as const)('0124: a wrong MAC is an error: %s', async (_, algorithms) => {
  expect(await afterPacket(algorithms, { wrongMac: true })).toBe('ERR_LIBSSH2_INVALID_MAC')
})

test('0126: message type 0 is an error, not the end of the file', async () => {
  expect(await afterPacket(CTR, {}, new Uint8Array(20))).toBe('ERR_LIBSSH2_PROTO')
})

test('0127: nothing is read after a packet that could not be', async () => {
  const codes = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    connection.send(message(0).finish())
    connection.send(channelData(channel, 'after'))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    return [await codeOf(() => read(channel)), await codeOf(() => read(channel))]
  })
  expect(codes[0]).toBe('ERR_LIBSSH2_PROTO')
  expect(['ERR_LIBSSH2_PROTO', 'ERR_LIBSSH2_SOCKET_DISCONNECT']).toContain(codes[1])
})
