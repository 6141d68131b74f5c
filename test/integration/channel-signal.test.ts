import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../../src/bindings/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import { execute, finish, readAll, shakenSession, text } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

const login = { user: 'tester', password: 'let me in', uid: 12345 }

// OpenSSH passes no signals on to what root runs, so the user is another.
describe.runIf(requirePeer('sshd-login'))('signal', () => {
  let server: SshServer
  let session: Session
  const complete = <T>(call: () => T) => session.complete(call)

  beforeAll(async () => {
    server = await startSshd({ login })
    session = await shakenSession(server)
    await complete(() => session.userauthPassword(login.user, login.password))
  })

  afterAll(async () => {
    await session.close()
    await server.stop()
  })

  test.each(['TERM', 'SIGTERM'])('%s ends the command', async (name) => {
    const channel = await execute(session, 'echo ready; sleep 60')
    await complete(() => channel.read())
    expect(await complete(() => channel.signal(name))).toBe(0)
    await finish(channel)
    expect(channel.getExitSignal()[1]).toBe('TERM')
  })

  test('can be caught by the command', async () => {
    const channel = await execute(session, "trap 'echo caught; exit 5' USR1; echo ready; while :; do sleep 0.05; done")
    await complete(() => channel.read())
    await complete(() => channel.signal('USR1'))
    expect(text(await readAll(channel))).toBe('caught\n')
    await finish(channel)
    expect(channel.getExitStatus()).toBe(5)
  })
})
