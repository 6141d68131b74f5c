/// docs/aborts.md: what each call does when it is aborted, when the client is closed, and when the server is silent or gone.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, connect, type ConnectOptions, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { type StallingTransport, stallingTransport } from '../../support/stalling-transport.ts'
import { within } from '../../support/within.ts'

const folder = mkdtempSync(join(tmpdir(), 'aborts-'))
const socket = join(folder, 'socket')
let server: SshServer
let target: Server
let targetPort = 0
beforeAll(async () => {
  server = await startSshd({ config: ['MaxSessions 200'] })
  target = createServer((peer) => { peer.on('error', () => {}) })
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  targetPort = (target.address() as { port: number }).port
  const unix = createServer(() => {})
  await new Promise<void>((resolve) => unix.listen(socket, resolve))
  unix.unref()
})
afterAll(async () => {
  target.close()
  await server.stop()
  rmSync(folder, { recursive: true })
})

type Use = () => Promise<unknown>
/** Prepares what the call needs, while all is well. */
type Call = (client: Client, signal: AbortSignal) => Use | Promise<Use>

const file = () => join(folder, 'file')
const CALLS: Readonly<Record<string, Call>> = {
  'client.exec': (client, signal) => () => client.exec('true', { signal }),
  'client.shell': (client, signal) => () => client.shell({ signal }),
  'client.subsystem': (client, signal) => () => client.subsystem('sftp', { signal }),
  'client.run': (client, signal) => () => client.run('true', { signal }),
  'client.openTcp': (client, signal) => () => client.openTcp('127.0.0.1', targetPort, { signal }),
  'client.openUnix': (client, signal) => () => client.openUnix(socket, { signal }),
  'client.listen': (client, signal) => () => client.listen({ signal }),
  'client.sftp': (client, signal) => () => client.sftp({ signal }),
  'client.scpReceive': (client, signal) => () => client.scpReceive(server.keys.ed25519.path, { signal }),
  'client.scpSend': (client, signal) => () => client.scpSend(file(), new Uint8Array(5), { signal }),
  'client.rekey': (client, signal) => () => client.rekey({ signal }),
  'process.exit': async (client, signal) => { const process = await client.exec('read x', { signal }); return () => ended(process.stdin, process.exit) },
  'a read of process.stdout': async (client, signal) => { const process = await client.exec('read x; echo $x', { signal }); return () => ended(process.stdin, process.stdout.getReader().read()) },
  'a loop over process.lines()': async (client, signal) => { const process = await client.exec('read x; echo $x', { signal }); return () => ended(process.stdin, (async () => { for await (const _ of process.lines()) { /* each */ } })()) },
  'process.stdout.pipeTo()': async (client, signal) => { const process = await client.exec('read x; echo $x', { signal }); return () => ended(process.stdin, process.stdout.pipeTo(new WritableStream())) },
  'a write to process.stdin': async (client, signal) => { const process = await client.exec('cat > /dev/null', { signal }); return () => process.stdin.getWriter().write(new Uint8Array(8 << 20)) },
  'sftp.stat': async (client, signal) => { const sftp = await client.sftp(); return () => sftp.stat('/', { signal }) },
  'sftp.readFile': async (client, signal) => { const sftp = await client.sftp(); return () => sftp.readFile(server.keys.ed25519.path, { signal }) },
  'sftp.writeFile': async (client, signal) => { const sftp = await client.sftp(); return () => sftp.writeFile(file(), 'text', { signal }) },
  'sftp.download': async (client, signal) => { const sftp = await client.sftp(); return () => sftp.download(server.keys.ed25519.path, join(folder, 'got'), { signal }) },
  'sftp.upload': async (client, signal) => { const sftp = await client.sftp(); return () => sftp.upload(new Uint8Array(5), file(), { signal }) },
  'sftp.mkdir, recursive': async (client, signal) => { const sftp = await client.sftp(); return () => sftp.mkdir(join(folder, 'a/b'), { recursive: true, signal }) },
}

/** Gives a command the line that it waits for, if the link carries it. */
async function ended<T>(stdin: WritableStream<string>, work: Promise<T>): Promise<T> {
  stdin.getWriter().write('x\n').catch(() => {})
  return work
}

const reason = new Error('the reason')
/** Generous: what waits for a peer or a timer here waits for ever. */
const LIMIT = 8000

type Situation = (use: Use, at: { readonly client: Client, readonly transport: StallingTransport, readonly abort: () => void }) => Promise<unknown>
const SITUATIONS: Readonly<Record<string, Situation>> = {
  'aborted before': (use, { transport, abort }) => {
    transport.stall()
    abort()
    return use()
  },
  'aborted during': (use, { transport, abort }) => {
    transport.stall()
    const work = use()
    setTimeout(abort, 20)
    return work
  },
  'aborted after': async (use, { abort }) => {
    await use()
    abort()
  },
  'client closed': (use, { client, transport }) => {
    transport.stall()
    const work = use()
    setTimeout(() => void client.close(), 20)
    return work
  },
  'server silent, a limit of time': (use, { transport, abort }) => {
    transport.stall()
    const work = use()
    setTimeout(abort, 100)
    return work
  },
  'server gone': (use, { transport }) => {
    transport.stall()
    const work = use()
    setTimeout(() => transport.cut(), 20)
    return work
  },
}

const options = (): ConnectOptions => ({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))] })

/** What comes of a call, in a word. */
async function outcome(work: Promise<unknown>): Promise<string> {
  return within(LIMIT, 'the call', work.then(() => 'done', (error: unknown) => error === reason ? 'the reason' : `${(error as Error).name}`))
}

async function tryCall(call: Call, situation: Situation, flowing: boolean): Promise<string> {
  const transport = await stallingTransport(server)
  const client = await connect({ ...options(), transport })
  const { driver } = client.session[CONTEXT]
  const controller = new AbortController()
  try {
    if (flowing) void (await client.exec('yes')).stdout.pipeTo(new WritableStream()).catch(() => {})
    const use = await call(client, controller.signal)
    const pending = driver.pending
    const used = client.session.instance.heapUsed()
    const result = await outcome(situation(use, { client, transport, abort: () => controller.abort(reason) }))
    transport.resume()
    if (!client.session.failure && result === 'the reason' && !flowing) {
      await expect.poll(() => driver.pending, { timeout: LIMIT }).toBeLessThanOrEqual(pending)
      await expect.poll(() => client.session.instance.heapUsed() - used, { timeout: LIMIT }).toBeLessThan(2048)
    }
    return result
  } finally {
    transport.resume()
    await within(LIMIT, 'close()', client.close())
  }
}

async function connecting(situation: string): Promise<string> {
  const transport = await stallingTransport(server)
  const controller = new AbortController()
  if (situation === 'aborted before') controller.abort(reason)
  if (situation !== 'aborted after') transport.stall()
  const work = connect({ ...options(), transport, signal: controller.signal })
  if (situation === 'aborted during' || situation.startsWith('server silent')) setTimeout(() => controller.abort(reason), 20)
  if (situation === 'server gone') setTimeout(() => transport.cut(), 20)
  const result = await outcome(work)
  controller.abort(reason)
  await work.then((client) => client.close(), () => {})
  return result
}

const NAMES = Object.keys(SITUATIONS)
const table = new Map<string, string[]>()

test('connect', async () => {
  const cells: string[] = []
  for (const name of NAMES) cells.push(name === 'client closed' ? '—' : await connecting(name))
  expect(cells).toEqual(['the reason', 'the reason', 'done', '—', 'the reason', 'SSHError'].map((word, at) => at === 5 ? cells[5] : word))
  expect(cells[5]).toMatch(/Error$/)
  table.set('connect', cells)
}, 60_000)

test.each(Object.keys(CALLS))('%s', async (name) => {
  const cells: string[] = []
  for (const situation of NAMES) {
    const [quiet, flowing] = [await tryCall(CALLS[name]!, SITUATIONS[situation]!, false), await tryCall(CALLS[name]!, SITUATIONS[situation]!, true)]
    expect(flowing, `${situation}, while another command writes`).toBe(quiet)
    cells.push(quiet)
  }
  expect(cells.slice(0, 3)).toEqual(['the reason', 'the reason', 'done'])
  expect(cells[4]).toBe('the reason')
  for (const at of [3, 5]) expect(cells[at]).toMatch(/^(DisconnectError|SSHError|SftpError)$/)
  table.set(name, cells)
}, 120_000)

test('docs/aborts.md says so', async () => {
  expect(table.size).toBe(Object.keys(CALLS).length + 1)
  const rows = [...table].map(([name, cells]) => `| \`${name}\` | ${cells.map((cell) => cell === 'the reason' ? '`signal.reason`' : cell === 'done' || cell === '—' ? cell : `\`${cell}\``).join(' | ')} |`)
  const text = `# What ends a call, and with what

Each call in each situation, written and checked by \`test/integration/client/abort-matrix.test.ts\` with OpenSSH's server and a link that can stop. Every cell was
tried twice, with nothing else going on and while another command of the session writes without end: both gave the same. The promise settles at once and waits
for no answer of the server; what C still had in hand is finished unseen when the link carries bytes again, and then nothing is pending and nothing is held.
\`done\` is the result, which a later abort leaves as it is.

| call | ${NAMES.join(' | ')} |
|---|${NAMES.map(() => '---|').join('')}
${rows.join('\n')}
`
  await expect(text).toMatchFileSnapshot('../../../docs/aborts.md')
})
