import { expect, test } from 'vitest'
import { useSession } from '../support/use-session.ts'

const used = useSession({ sftp: 'internal' })

test('a subsystem answers: SFTP says which version it speaks', async () => {
  const { session } = used
  const channel = await session.complete(() => session.openSession())
  expect(await session.complete(() => channel.subsystem('sftp'))).toBe(0)
  // SSH_FXP_INIT of version 3: length, type 1, version.
  await session.complete(() => channel.write(Uint8Array.of(0, 0, 0, 5, 1, 0, 0, 0, 3)))
  const [rc, data] = await session.complete(() => channel.read(9))
  expect(rc).toBe(9)
  expect([...data.subarray(4)]).toEqual([2, 0, 0, 0, 3])
})
