// Our EXT_INFO, for servers that accept one (RFC 8308 section 2.4): the first packet with the first keys, and never again.
import { expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { SSH_MSG, message } from '../support/scripted-server.ts'
import { attack, login } from './attack.ts'
import { success } from './authenticating.ts'

test('comes right behind NEWKEYS, and not after the next exchange', async () => {
  const heard: (number | undefined)[] = []
  await attack(async (connection) => {
    await connection.handshake({ extInfo: true })
    const first = await connection.receive(SSH_MSG.EXT_INFO)
    const info = new WireReader(first.subarray(1))
    expect([info.uint32(), info.text(), info.text(), info.remaining]).toEqual([1, 'ext-info-in-auth@openssh.com', '0', 0])
    await connection.receive(SSH_MSG.SERVICE_REQUEST)
    connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish())
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(success())
    await connection.exchangeKeys({ extInfo: true })
    connection.send(message(SSH_MSG.GLOBAL_REQUEST).string('ask').boolean(true).finish())
    heard.push((await connection.receive(SSH_MSG.REQUEST_FAILURE))[0])
    connection.send(message(SSH_MSG.GLOBAL_REQUEST).string('done').boolean(false).finish())
    await connection.receiveAll()
  }, async (session) => {
    const done = new Promise<void>((resolve) => { session.onGlobalRequest = (name) => { if (name === 'done') resolve() } })
    await login(session)
    await done
  })
  expect(heard).toEqual([SSH_MSG.REQUEST_FAILURE])
})

test('is not sent to a server that does not ask for it', async () => {
  await attack(async (connection) => {
    await connection.handshake()
    await connection.receive(SSH_MSG.SERVICE_REQUEST)
    connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish())
    await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    connection.send(success())
    await connection.receiveAll()
  }, login)
})
