import { expect, test } from 'vitest'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { attack, exec, serveVictim } from '../fixes/attack.ts'
import { type Connection, SSH_MSG } from '../support/scripted-server.ts'

const TYPED = 'what somebody has typed'

/** Everything that the module's memory holds. */
const memoryOf = (c: unknown) => Buffer.from((c as { memory: WebAssembly.Memory }).memory.buffer)

test.each(['aes128-gcm@openssh.com', 'aes128-ctr', 'chacha20-poly1305@openssh.com'] as const)('a short text that has been sent with %s is nowhere in the module', async (cipher) => {
  const algorithms = { cipher, mac: 'hmac-sha2-256' as const }
  let received!: (data: Uint8Array) => void
  const arrived = new Promise<Uint8Array>((resolve) => { received = resolve })
  const found = await attack(async (connection: Connection) => {
    await serveVictim(connection, { clientToServer: algorithms, serverToClient: algorithms })
    received(await connection.receive(SSH_MSG.CHANNEL_DATA))
    await connection.receiveAll()
  }, async (session) => {
    const channel = await exec(session)
    await session.complete(() => channel.write(TYPED))
    expect(Buffer.from(await arrived).includes(TYPED)).toBe(true)
    return session[CONTEXT].instance.call((c) => memoryOf(c).includes(TYPED))
  })
  expect(found).toBe(false)
})
