import { expect, test } from 'vitest'
import { attack, exec, readAll, serveVictim } from '../../fixes/attack.ts'
import { channelData, channelEof } from '../../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../../support/scripted-server/packet-cipher.ts'

const directions: Partial<DirectionAlgorithms>[] = [
  { cipher: 'aes128-ctr', mac: 'hmac-sha2-256' }, { cipher: 'aes128-ctr', mac: 'hmac-sha2-256-etm@openssh.com' },
  { cipher: 'chacha20-poly1305@openssh.com' }, { cipher: 'aes128-gcm@openssh.com' }, { cipher: 'aes256-gcm@openssh.com' },
]

test.each(directions)('the scripted server speaks SSH, also after a key re-exchange: %o', async (direction) => {
  const data = await attack(async (connection) => {
    const channel = await serveVictim(connection, { clientToServer: direction, serverToClient: direction })
    connection.send(channelData(channel, 'hello'))
    await connection.exchangeKeys()
    connection.send(channelData(channel, ' again'))
    connection.send(channelEof(channel))
    await connection.receiveAll()
  }, async (session) => readAll(await exec(session)))
  expect(data).toBe('hello again')
})
