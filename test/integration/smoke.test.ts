import { expect, test } from 'vitest'
import { startSshd } from '../support/sshd.ts'
import { openSession, execute, readAll, text } from '../support/session.ts'
test('runs a command', async () => {
  await using server = await startSshd()
  const session = await openSession(server)
  const channel = await execute(session, 'echo hello; echo err >&2; exit 3')
  expect(text(await readAll(channel))).toBe('hello\n')
  expect(text(await readAll(channel, 1))).toBe('err\n')
  await session.complete(() => channel.close())
  expect(channel.getExitStatus()).toBe(3)
  const big = await execute(session, 'head -c 20000000 /dev/zero')
  expect((await readAll(big, 0, 1 << 18)).length).toBe(20000000)
  const up = await execute(session, 'wc -c')
  await session.complete(() => up.write(new Uint8Array(20_000_000)))
  await session.complete(() => up.sendEof())
  expect(text(await readAll(up)).trim()).toBe('20000000')
  console.log(session.methods(0), session.methods(1), session.methods(2), session.bannerGet())
  await session.close()
})
