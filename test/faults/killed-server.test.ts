import { describe, expect, it } from 'vitest'
import { Instance, SSHError } from '../../src/index.ts'
import { expectNoLeak } from '../support/leaks.ts'
import { requirePeer } from '../support/require-peer.ts'
import { execute, openSession } from '../support/session.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'

describe.runIf(requirePeer('sshd'))('sshd is killed', () => {
  it('every pending call and every later one rejects with a typed error', async () => {
    const server = await startSshd()
    const session = await openSession(server)
    const reader = await execute(session, 'sleep 30')
    const writer = await execute(session, 'sleep 30')
    const pending = [
      session.complete(() => reader.read()),
      session.complete(() => reader.readStderr()),
      session.complete(() => writer.waitEof()),
      // More than any window takes.
      session.complete(() => writer.write(new Uint8Array(20_000_000))),
      session.complete(() => session.openSession()),
    ].map(rejection)
    await server.kill()
    for (const error of await within(5000, 'pending calls', Promise.all(pending))) expect.soft(error).toBeInstanceOf(SSHError)
    expect(await within(1000, 'a later call', rejection(session.complete(() => session.openSession())))).toBeInstanceOf(SSHError)
    expect(() => reader.read()).toThrow(SSHError)
    await session.close()
  })

  it('nothing stays behind, many times over', async () => {
    const instance = await Instance.create()
    const scenario = async () => {
      const server = await startSshd()
      const session = await openSession(server, { instance })
      const channel = await execute(session, 'cat')
      const read = rejection(session.complete(() => channel.read()))
      await server.kill()
      expect(await within(5000, 'a read', read)).toBeInstanceOf(SSHError)
      await session.close()
    }
    await expectNoLeak(scenario, { instance, rounds: 5 })
  })
})
