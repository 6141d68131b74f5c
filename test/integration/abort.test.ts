import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { type Client, connect, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import { seededRandom } from '../support/random.ts'
import { startSshd } from '../support/sshd.ts'
import { within } from '../support/within.ts'

const TIMES = 500
const SEED = 20_261_122

test(`${TIMES} aborts at random moments: signal.reason at once, right answers for the others, nothing left`, async () => {
  await using server = await startSshd()
  const echo = createServer((socket) => { socket.on('error', () => {}).pipe(socket) })
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  const { port } = echo.address() as AddressInfo
  const client = await connect({
    host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(),
    auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })
  const random = seededRandom(SEED)
  await round(client, port, 0)
  const idle = { heap: client.session.instance.heapUsed(), channels: await sessions(client) }

  let aborted = 0
  for (let i = 1; i <= TIMES; i++) {
    const reason = new Error(`reason ${i}`)
    const controller = new AbortController()
    const work = abortable(client, port, random.integer(0, 3), i, controller.signal)
    // Some moments are before the first byte went out, some between the answers, some after the end.
    const moment = random.pick([0, 0, random.next() * 4, random.next() * 25])
    if (moment > 0) await new Promise((resolve) => setTimeout(resolve, moment))
    const settled = work.then(() => ({ late: false }), (error: unknown) => ({ late: false, error }))
    const at = performance.now()
    controller.abort(reason)
    const result = await within(5000, `abort ${i} (seed ${SEED})`, settled) as { error?: unknown }
    if ('error' in result) {
      aborted += 1
      expect(result.error, `abort ${i} (seed ${SEED})`).toBe(reason)
      expect(performance.now() - at).toBeLessThan(1000)
    }
    // Whoever comes next gets their own answer, not what was left of another's.
    if (i % 5 === 0) await within(10_000, `the call after abort ${i} (seed ${SEED})`, round(client, port, i))
  }
  expect(aborted).toBeGreaterThan(TIMES / 2)
  await round(client, port, 0)
  await expect.poll(() => client.session.instance.heapUsed()).toBeLessThanOrEqual(idle.heap + 1024)
  expect(await sessions(client)).toBe(idle.channels)
  expect(client.session.failure).toBe(undefined)
  await client.close()
  await new Promise((resolve) => echo.close(resolve))
}, 180_000)

async function abortable(client: Client, port: number, kind: number, i: number, signal: AbortSignal): Promise<void> {
  if (kind === 0) {
    const { stdout } = await client.run(`echo ${i}`, { signal })
    expect(stdout).toBe(`${i}\n`)
  } else if (kind === 1) {
    const { stdoutBytes } = await client.run('head -c 300000 /dev/zero', { signal })
    expect(stdoutBytes.length).toBe(300_000)
  } else if (kind === 2) {
    await using process = await client.exec('cat', { signal })
    void process
  } else {
    const stream = await client.openTcp('127.0.0.1', port, { signal })
    await stream.close()
  }
}

/** One of each, with answers that can be told from any other's. */
async function round(client: Client, port: number, i: number): Promise<void> {
  const stream = await client.openTcp('127.0.0.1', port)
  const writer = stream.writable.getWriter()
  const back = new Response(stream.readable).text()
  await writer.write(new TextEncoder().encode(`tcp ${i}`))
  await writer.close()
  const [{ stdout, exit }, tcp] = await Promise.all([client.run(`echo run ${i}; exit ${i % 100}`), back])
  expect([stdout, exit, tcp]).toEqual([`run ${i}\n`, { code: i % 100, signal: null, coreDumped: false, message: expect.any(String) }, `tcp ${i}`])
}

/** Commands that still run on the server for this connection, the counting one included. */
async function sessions(client: Client): Promise<number> {
  let last = -1
  for (let same = 0; same < 3;) {
    const { stdout } = await client.run('pgrep -c -P $PPID')
    same = Number(stdout) === last ? same + 1 : 0
    last = Number(stdout)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return last
}
