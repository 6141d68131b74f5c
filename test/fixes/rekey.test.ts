import { expect, test } from 'vitest'
import { LIBSSH2_FLAG_COMPRESS } from '../../src/ffi/constants.gen.ts'
import { channelData, channelEof, HostKey } from '../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../support/scripted-server/packet-cipher.ts'
import { attack, codeOf, exec, read, readAll, serveVictim } from './attack.ts'

const methods: Partial<DirectionAlgorithms>[] = [
  { cipher: 'aes128-ctr', mac: 'hmac-sha2-256' }, { cipher: 'chacha20-poly1305@openssh.com' }, { cipher: 'aes256-gcm@openssh.com' },
  { cipher: 'aes128-ctr', mac: 'hmac-sha2-256-etm@openssh.com' },
]
const changes = methods.flatMap((before) => methods.filter((after) => after !== before).map((after) => ({ before, after })))

test.each(changes)('0502: a key re-exchange may change the methods: $before.cipher $before.mac to $after.cipher $after.mac', async ({ before, after }) => {
  const data = await attack(async (connection) => {
    const channel = await serveVictim(connection, { clientToServer: before, serverToClient: before })
    connection.send(channelData(channel, 'before'))
    await connection.exchangeKeys({ clientToServer: after, serverToClient: before })
    connection.send(channelData(channel, ', between'))
    await connection.exchangeKeys({ clientToServer: after, serverToClient: after })
    connection.send(channelData(channel, ', after'))
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => readAll(await exec(session)))
  expect(data).toBe('before, between, after')
})

test.each([['none', 'zlib@openssh.com'], ['zlib@openssh.com', 'none'], ['zlib@openssh.com', 'zlib@openssh.com']] as const)(
  '0502: a key re-exchange may change compression: %s to %s', async (before, after) => {
    const data = await attack(async (connection) => {
      const channel = await serveVictim(connection, { serverToClient: { compression: before } })
      connection.send(channelData(channel, 'before'))
      await connection.sent()
      await connection.exchangeKeys({ serverToClient: { compression: after } })
      connection.send(channelData(channel, ', after'))
      connection.send(channelEof(channel))
      await connection.receiveAll()
    }, async (session) => {
      session.flag(LIBSSH2_FLAG_COMPRESS)
      return readAll(await exec(session))
    })
    expect(data).toBe('before, after')
  })

test('a key re-exchange with another host key ends the session', async () => {
  const code = await attack(async (connection) => {
    await serveVictim(connection)
    await connection.exchangeKeys({ hostKey: new HostKey() })
    await connection.receiveAll()
  }, async (session) => codeOf(async () => read(await exec(session))))
  expect(code).toMatch(/HOSTKEY|HOST_KEY/)
})

test('data that crosses a key re-exchange is not lost', async () => {
  const data = await attack(async (connection) => {
    const channel = await serveVictim(connection)
    await connection.exchangeKeys({ beforeReply: () => {} })
    for (let i = 0; i < 100; i++) connection.send(channelData(channel, 'x'.repeat(1000)))
    await connection.exchangeKeys()
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => readAll(await exec(session)))
  expect(data.length).toBe(100_000)
})
