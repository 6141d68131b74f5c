import { expect, test } from 'vitest'
import type { ChannelError } from '../../src/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { acceptChannel, type Connection, message, SSH_MSG } from '../support/scripted-server.ts'
import { meet, serveLoggedIn } from './meet.ts'

const WINDOW = 0x7fffffff

/** A command whose input may have packets of at most so many bytes. */
async function serveCommand(connection: Connection, packetSize: number): Promise<void> {
  const { client } = await acceptChannel(connection, { packetSize, window: WINDOW })
  await connection.receive(SSH_MSG.CHANNEL_REQUEST)
  connection.send(message(SSH_MSG.CHANNEL_SUCCESS).uint32(client).finish())
}

test.each([1, 16, 1000, 32_768])('a server that takes packets of %i bytes and reads nothing: no more than a mebibyte and a packet waits for it', async (packetSize) => {
  const { unsent } = await meet(async (connection) => {
    await serveLoggedIn(connection)
    await serveCommand(connection, packetSize)
    connection.stopReading()
    await new Promise(() => {})
  }, async (client, signal) => {
    const { stdin } = await client.exec('x', { signal })
    stdin.getWriter().write(new Uint8Array(4 << 20)).catch(() => {})
    await new Promise((resolve) => { setTimeout(resolve, 1000) })
  })
  expect(unsent).toBeGreaterThan(0)
  expect(unsent).toBeLessThanOrEqual((1 << 20) + 40_000)
})

test('random bytes that fail between two packets: the error says what the server has got', async () => {
  const cipher = { cipher: 'aes128-gcm@openssh.com' } as const
  const real = crypto.getRandomValues
  let [received, error] = [0, undefined as unknown]
  await meet(async (connection) => {
    await serveLoggedIn(connection, { clientToServer: cipher, serverToClient: cipher })
    await serveCommand(connection, 1024)
    for (;;) received += new WireReader((await connection.receive(SSH_MSG.CHANNEL_DATA)).subarray(5)).string().length
  }, async (client, signal) => {
    const writer = (await client.exec('x', { signal })).stdin.getWriter()
    await writer.write(new Uint8Array(100))
    crypto.getRandomValues = () => { throw new Error('no randomness') }
    try {
      await writer.write(new Uint8Array(900_000))
    } catch (reason) {
      error = reason
    } finally {
      crypto.getRandomValues = real
    }
    await expect.poll(() => received - 100).toBe((error as ChannelError).bytesWritten)
  })
  expect(error).toMatchObject({ code: 'ERR_LIBSSH2_RANDGEN' })
  expect(received).toBeGreaterThan(100)
})
