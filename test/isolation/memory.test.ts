import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, connect, Instance } from '../../src/index.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'
import { finished, loginAt, startCrowd } from './crowd.ts'
import { exited } from '../support/exited.ts'

const OTHERS = 50
const LIMIT = 8 << 20
const EXHAUSTED = { name: 'SSHError', code: 'ERR_LIBSSH2_ALLOC', errno: -6 }

let server: SshServer
beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

const endOf = (client: Client) => within(60_000, 'client.closed', client.closed)

/** Output that nobody reads: libssh2 holds a window of 2 MiB for each channel. What the server no longer answers is part of it. */
function leaveUnread(client: Client, channels: number): Promise<unknown>[] {
  return Array.from({ length: channels }, async () => (await client.exec('cat /dev/zero')).exit)
}

describe('a session that reaches its memoryLimit', () => {
  test(`ends with a typed error, its memory stays within the limit, and ${OTHERS} others do not notice`, async () => {
    const others = await startCrowd(server, OTHERS)
    const instance = await Instance.create()
    const client = await connect({ ...loginAt(server), instance, memoryLimit: LIMIT })
    const pending = leaveUnread(client, 8).map((call) => rejection(call))
    expect((await endOf(client)).error).toMatchObject({ ...EXHAUSTED, message: expect.stringContaining(`memory limit of ${LIMIT} bytes`) })
    for (const call of pending) expect(await within(20_000, 'a pending call', call)).toMatchObject(EXHAUSTED)
    await expect(client.run('true')).rejects.toMatchObject(EXHAUSTED)
    expect(instance.heapUsed()).toBeLessThan(LIMIT + (1 << 20))
    await client.close()
    expect(await finished(others)).toBe(OTHERS)
  }, 120_000)

  test('ends alone, also where others share its instance', async () => {
    const instance = await Instance.create()
    const others = await startCrowd(server, 5, { instance })
    const before = instance.heapUsed()
    const client = await connect({ ...loginAt(server), instance, memoryLimit: LIMIT })
    for (const call of leaveUnread(client, 8)) call.catch(() => {})
    expect((await endOf(client)).error).toMatchObject(EXHAUSTED)
    await client.close()
    expect(instance.heapUsed()).toBeLessThan(before + (1 << 20))
    expect(await finished(others)).toBe(5)
  }, 60_000)

  test('would have lived with a larger one', async () => {
    const client = await connect({ ...loginAt(server), memoryLimit: 8 * LIMIT })
    const processes = await Promise.all(Array.from({ length: 8 }, () => client.exec('head -c 1500000 /dev/zero')))
    for (const process of processes) expect(await process.exit).toEqual(exited(0))
    await client.close()
  }, 60_000)
})

test(`WebAssembly memory that is used up ends its session with a typed error, and ${OTHERS} others do not notice`, async () => {
  const others = await startCrowd(server, OTHERS)
  const instance = await Instance.create()
  const client = await connect({ ...loginAt(server), instance })
  for (let size = 256 << 20; size > 0; size >>= 1) {
    try {
      for (;;) instance.heap.allocate(size)
    } catch (error) {
      expect(error).toMatchObject(EXHAUSTED)
    }
  }
  expect(await rejection(client.run('true'))).toMatchObject({ name: 'SSHError', code: expect.stringMatching(/^ERR_/) })
  expect(instance.failure).toBeUndefined()
  await client.close()
  expect(await finished(others)).toBe(OTHERS)
}, 120_000)

test.each([0, 1000, -1, 1.5, 2 ** 32])('memoryLimit %d is refused', async (memoryLimit) => {
  await expect(connect({ ...loginAt(server), memoryLimit })).rejects.toThrow(RangeError)
})
