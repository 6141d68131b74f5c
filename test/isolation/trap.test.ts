import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, connect, Instance, type Process } from '../../src/index.ts'
import type { Bytes, SessionPointer } from '../../src/ffi/exports.gen.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'
import { finished, loginAt, startCrowd } from './crowd.ts'

const OTHERS = 50
const TRAPPED = { name: 'SSHError', code: 'ERR_WASM_TRAP', cause: expect.any(WebAssembly.RuntimeError) }

let server: SshServer
beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

/** Each makes C trap, in earnest. */
const TRAPS: Record<string, (instance: Instance, process: Process) => Promise<unknown>> = {
  'a heap full of rubbish, when the next bytes arrive': async ({ heap }, process) => {
    heap.view(0 as Bytes, heap.size).fill(0x41)
    return process.stdin.getWriter().write(Uint8Array.of(1))
  },
  'a wild pointer': async (instance) => instance.call((c) => c.libssh2_session_last_errno(0x7ffffff0 as SessionPointer)),
}

const endOf = (client: Client) => within(20_000, 'client.closed', client.closed)

test.each(Object.keys(TRAPS))(`a trap (%s) ends its session, and ${OTHERS} others at work on the same server do not notice`, async (name) => {
  const others = await startCrowd(server, OTHERS)
  const instance = await Instance.create()
  const client = await connect({ ...loginAt(server), instance })
  const process = await client.exec('cat')
  const sftp = await client.sftp()
  const pending = [client.run('sleep 60'), process.exit, process.stdout.getReader().read(), sftp.readFile('/dev/zero')].map((call) => rejection(call))
  await expect(TRAPS[name]!(instance, process)).rejects.toMatchObject(TRAPPED)
  for (const call of pending) expect(await within(20_000, 'a pending call', call)).toMatchObject(TRAPPED)
  expect((await endOf(client)).error).toMatchObject(TRAPPED)
  await expect(client.run('true')).rejects.toMatchObject(TRAPPED)
  await expect(process.kill('TERM')).rejects.toMatchObject(TRAPPED)
  await client.close()
  expect(others.map((other) => other.client.session.failure)).toEqual(others.map(() => undefined))
  expect(await finished(others)).toBe(OTHERS)
}, 120_000)

test('sessions that share the instance end with it, and no others', async () => {
  const instance = await Instance.create()
  const [sharing, others] = [await startCrowd(server, 5, { instance }), await startCrowd(server, 5)]
  await expect(TRAPS['a wild pointer']!(instance, undefined as never)).rejects.toMatchObject(TRAPPED)
  for (const { client } of sharing) expect((await endOf(client)).error).toMatchObject(TRAPPED)
  for (const member of sharing) expect(await rejection(member.finish())).toMatchObject(TRAPPED)
  await expect(connect({ ...loginAt(server), instance })).rejects.toMatchObject(TRAPPED)
  expect(await finished(others)).toBe(5)
}, 60_000)

test('an idle session hears of it, and hangs up', async () => {
  const instance = await Instance.create()
  const client = await connect({ ...loginAt(server), instance })
  await expect(TRAPS['a wild pointer']!(instance, undefined as never)).rejects.toMatchObject(TRAPPED)
  expect(await endOf(client)).toMatchObject({ expected: false, error: TRAPPED })
  await expect.poll(() => server.log(), { timeout: 20_000 }).toMatch(/Connection (closed|reset)|Disconnected/)
}, 60_000)

test('nothing of what was in the memory is left in it', async () => {
  const instance = await Instance.create()
  const client = await connect({ ...loginAt(server), instance })
  await expect(TRAPS['a wild pointer']!(instance, undefined as never)).rejects.toMatchObject(TRAPPED)
  expect(instance.heap.view(0 as Bytes, instance.heap.size).every((byte) => byte === 0)).toBe(true)
  await client.close()
}, 60_000)
