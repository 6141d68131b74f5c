/// ssh2-python has no tests of its Listener: these are of what its documentation says. docs/ssh2-python.md is the table.
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { Channel, Listener } from '../../src/bindings/index.ts'
import { freePort } from '../support/port.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()
const complete = <T>(call: () => T) => used.session.complete(call)

test('forward_listen, forward_accept, forward_cancel: a listener on a port gives a channel, and ends', async () => {
  const port = await freePort()
  const listener = await complete(() => used.session.forwardListen(port))
  expect(listener).toBeInstanceOf(Listener)
  const socket = connect(port, '127.0.0.1')
  const channel = await complete(() => listener.forwardAccept())
  expect(channel).toBeInstanceOf(Channel)
  socket.destroy()
  await complete(() => channel.free())
  expect(await complete(() => listener.forwardCancel())).toBe(0)
})

test('forward_listen_ex: with host, port and queue size, the bound port comes back', async () => {
  const [listener, port] = await complete(() => used.session.forwardListenEx('127.0.0.1', 0, 4))
  expect(port).toBeGreaterThan(0)
  expect(listener.port).toBe(port)
  expect(await complete(() => listener.forwardCancel())).toBe(0)
})
