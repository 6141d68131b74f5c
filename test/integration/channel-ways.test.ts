import { expect, test, vi } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN } from '../../src/bindings/index.ts'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { execute } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession({ sftp: 'none' })

test('a call that is repeated for each packet is made the same way each time: nothing is allocated for it', async () => {
  const channel = await execute(used.session, 'cat')
  const calls = vi.spyOn(used.session[CONTEXT], 'call')
  const each = [() => channel.read()[0], () => channel.readStderr()[0], () => channel.readInto(new Uint8Array(10)), () => channel.exit(), () => channel.peerClosed(), () => channel.waitEof()]
  for (let turn = 0; turn < 3; turn++) for (const call of each) expect(call()).toBe(LIBSSH2_ERROR_EAGAIN)
  const ways = calls.mock.calls.map(([way]) => way)
  calls.mockRestore()
  expect(ways.length).toBe(3 * each.length)
  ways.forEach((way, at) => { expect(way).toBe(ways[at % each.length]) })
  // Two reads of one stream are the same call; of two streams, or something else, another one.
  expect(new Set(ways).size).toBe(each.length - 1)
  expect(new Set(ways.map(({ name }) => name)).size).toBe(each.length - 1)
})

test('streams of any number are read, and what is kept for them has a bound', async () => {
  const channel = await execute(used.session, 'cat')
  for (let stream = 2; stream < 200; stream++) expect(channel.readEx(10, stream)[0]).toBe(LIBSSH2_ERROR_EAGAIN)
  const calls = vi.spyOn(used.session[CONTEXT], 'call')
  channel.readEx(10, 500)
  channel.readEx(10, 500)
  const [first, second] = calls.mock.calls.map(([way]) => way)
  calls.mockRestore()
  expect(first).not.toBe(second)
  expect(first?.name).toEqual([expect.anything(), 500])
  expect(second?.name?.[0]).toBe(first?.name?.[0])
})
