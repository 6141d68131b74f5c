import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { Instance, Session } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { startProxy } from '../support/proxy.ts'
import { seededRandom } from '../support/random.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { rejection, within } from '../support/within.ts'
import { warmInstance } from './through-proxy.ts'

/** A session with a limit of time on every call, the last of which waits for bytes for ever. */
async function limitedSession(address: { host: string; port: number }, instance: Instance, limitMs: number, login?: Pick<SshServer, 'user' | 'keys'>): Promise<never> {
  const options = { signal: AbortSignal.timeout(limitMs) }
  const session = await Session.create(await connectTcp(address), { instance })
  try {
    await session.complete(() => session.handshake(), options)
    await session.complete(() => session.userauthPublickeyFromMemory(login?.user ?? '', login?.keys.ed25519.privateKey ?? ''), options)
    const channel = await session.complete(() => session.openSession(), options)
    await session.complete(() => channel.execute('cat'), options)
    await session.complete(() => channel.read(), options)
    throw new Error('something came where nothing should')
  } finally {
    session.free()
  }
}

it('a server that says nothing from the beginning', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  const instance = await Instance.create()
  const timeOut = async () => {
    const error = await within(5000, 'a silent server', rejection(limitedSession(address, instance, 100)))
    expect(error).toMatchObject({ name: 'TimeoutError' })
    return instance.heapUsed()
  }
  const before = await timeOut()
  expect(await timeOut()).toBe(before)
  for (const socket of sockets) socket.destroy()
  server.close()
})

describe.runIf(requirePeer('sshd'))('a server that falls silent', () => {
  const server = suiteServer(() => startSshd())
  let instance: Instance
  beforeAll(async () => {
    instance = await warmInstance(server())
  })

  for (const direction of ['toClient', 'toServer'] as const) {
    it(`${direction}, at 15 places: the caller's limit ends the call, nothing is left allocated`, async () => {
      const random = seededRandom(15)
      const before = instance.heapUsed()
      const one = async () => {
        const at = random.below(3500)
        await using proxy = await startProxy({ target: server(), faults: { [direction]: [{ kind: 'silence', at }] } })
        const error = await within(10_000, `silence at ${at}`, rejection(limitedSession(proxy, instance, 1000, server())))
        expect.soft(error, `silence at ${at}`).toMatchObject({ name: 'TimeoutError' })
      }
      await Promise.all(Array.from({ length: 15 }, one))
      expect(instance.heapUsed()).toBe(before)
    })
  }
})
