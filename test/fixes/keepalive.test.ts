import { expect, test } from 'vitest'
import { message, serveLogin, SSH_MSG } from '../support/scripted-server.ts'
import { attack, login } from './attack.ts'

test('0203: the answer to a keepalive is not taken for that to the next request', async () => {
  const port = await attack(async (connection) => {
    await serveLogin(connection)
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    connection.send(message(SSH_MSG.REQUEST_FAILURE).finish())
    await connection.receive(SSH_MSG.GLOBAL_REQUEST)
    await new Promise((resolve) => setTimeout(resolve, 300))
    connection.send(message(SSH_MSG.REQUEST_SUCCESS).uint32(4242).finish())
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    session.keepaliveConfig(true, 2)
    session.keepaliveSend()
    const [listener, bound] = await session.complete(() => session.forwardListenEx(null, 0))
    expect(listener.session).toBe(session)
    return bound
  })
  expect(port).toBe(4242)
})
