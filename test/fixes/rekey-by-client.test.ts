import { expect, test } from 'vitest'
import { type Connection, channelData, message, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, exec, read, serveVictim } from './attack.ts'

const types = (messages: readonly Uint8Array[]) => messages.map(([type]) => type)

test('0740: what the server asks before its KEXINIT is answered after NEWKEYS, in order; its data is kept', async () => {
  const between: Uint8Array[] = []
  const after: Uint8Array[] = []
  const script = async (connection: Connection) => {
    const channel = await serveVictim(connection)
    const begun = connection.received.length
    const clientInit = await connection.receive(SSH_MSG.KEXINIT)
    connection.send(channelData(channel, 'first '))
    connection.send(message(SSH_MSG.GLOBAL_REQUEST).string('keepalive@openssh.com').boolean(true).finish())
    connection.send(message(SSH_MSG.CHANNEL_REQUEST).uint32(channel.client).string('keepalive@openssh.com').boolean(true).finish())
    connection.send(channelData(channel, 'second'))
    await connection.exchangeKeys({ clientInit })
    between.push(...connection.received.slice(begun))
    for (const type of [SSH_MSG.REQUEST_FAILURE, SSH_MSG.CHANNEL_FAILURE]) after.push(await connection.receive(type))
    connection.send(channelData(channel, ' third'))
    await connection.receiveAll()
  }
  const said = await attack(script, async (session) => {
    const channel = await exec(session)
    await session.complete(() => session.rekey())
    let all = ''
    while (!all.endsWith('third')) all += await read(channel)
    return all
  })
  expect(said).toBe('first second third')
  expect(types(between).filter((type) => type! >= 50)).toEqual([])
  expect(types(between)).toEqual([SSH_MSG.KEXINIT, SSH_MSG.KEX_ECDH_INIT, SSH_MSG.NEWKEYS])
  expect(types(after)).toEqual([SSH_MSG.REQUEST_FAILURE, SSH_MSG.CHANNEL_FAILURE])
})

test('0740: a server that does not know the KEXINIT is not waited for', async () => {
  const script = async (connection: Connection) => {
    await serveVictim(connection)
    await connection.receive(SSH_MSG.KEXINIT)
    connection.send(message(SSH_MSG.UNIMPLEMENTED).uint32(connection.lastSequence).finish())
    await connection.receiveAll()
  }
  expect(await attack(script, async (session) => {
    await exec(session)
    return codeOf(() => session.complete(() => session.rekey()))
  })).toBe('ERR_LIBSSH2_PROTO')
})

test('0740: answers that nobody reads have an end', async () => {
  const script = async (connection: Connection) => {
    await serveVictim(connection)
    await connection.receive(SSH_MSG.KEXINIT)
    // A refusal says why: it is longer than most answers.
    const request = message(SSH_MSG.CHANNEL_OPEN).string('auth-agent@openssh.com').uint32(1).uint32(1).uint32(1).finish()
    for (let sent = 0; sent < 30_000; sent++) {
      connection.send(request)
      if (sent % 1000 === 0) await connection.sent()
    }
    await connection.receiveAll()
  }
  expect(await attack(script, async (session) => {
    await exec(session)
    return codeOf(() => session.complete(() => session.rekey()))
  })).toBe('ERR_LIBSSH2_PROTO')
}, 60_000)
