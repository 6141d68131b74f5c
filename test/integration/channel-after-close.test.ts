import { describe, expect, test } from 'vitest'
import { startDropbear } from '../support/dropbear.ts'
import { requirePeer } from '../support/require-peer.ts'
import { execute, openSession, readAll, text } from '../support/session.ts'

// Dropbear hangs up when anything comes for a channel that it has closed; OpenSSH notes it in its log.
describe.runIf(requirePeer('dropbear'))('reading what is left of a channel that is closed', () => {
  test('sends nothing for it: the session lives on', async () => {
    await using server = await startDropbear()
    await using session = await openSession(server)
    const size = 1_500_000
    const channel = await execute(session, `head -c ${size} /dev/zero`)
    await session.complete(() => channel.waitEof())
    await session.complete(() => channel.close())
    expect((await readAll(channel)).length).toBe(size)
    expect(text(await readAll(await execute(session, 'echo alive')))).toBe('alive\n')
  })
})
