/// docs/aborts.md: what each call does when it is aborted, when the client is closed, and when the server is silent or gone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as dialTo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, connect, type ConnectOptions, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import { hosts } from '../../../src/node/index.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { type StallingTransport, stallingTransport } from '../../support/stalling-transport.ts'
import { within } from '../../support/within.ts'
import { stallingRelay } from '../../support/stalling-relay.ts'

const folder = mkdtempSync(join(tmpdir(), 'aborts-'))
const socket = join(folder, 'socket')
let server: SshServer
let target: Server
let targetPort = 0
beforeAll(async () => {
  server = await startSshd({ config: ['MaxSessions 200'] })
  target = createServer((peer) => { peer.on('error', () => {}).pipe(peer) })
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  targetPort = (target.address() as { port: number }).port
  const unix = createServer(() => {})
  await new Promise<void>((resolve) => unix.listen(socket, resolve))
  unix.unref()
})
afterAll(async () => {
  for (const dialed of dialing) dialed.destroy()
  target.close()
  await server.stop()
  rmSync(folder, { recursive: true })
})

type Use = () => Promise<unknown>
/** Prepares what the call needs, while all is well. */
type Call = (client: Client, signal: AbortSignal) => Use | Promise<Use>

const file = () => join(folder, 'file')
/** Those who connect to ports that the server listens on. */
const dialing = new Set<Socket>()
const dial = (port: number) => { dialing.add(dialTo({ port, host: '127.0.0.1' }).on('error', () => {})) }
const some = () => new Blob(['text']).stream()
const CALLS: Readonly<Record<string, Call>> = {
  'client.exec': (client, signal) => () => client.exec('true', { signal }),
  'client.shell': (client, signal) => () => client.shell({ signal }),
  'client.subsystem': (client, signal) => () => client.subsystem('sftp', { signal }),
  'client.run': (client, signal) => () => client.run('true', { signal }),
  'client.openTcp': (client, signal) => () => client.openTcp('127.0.0.1', targetPort, { signal }),
  'client.openUnix': (client, signal) => () => client.openUnix(socket, { signal }),
  'client.listen': (client, signal) => () => client.listen({ signal }),
  'listener.accept': async (client, signal) => { const listener = await client.listen(); return () => { dial(listener.port); return listener.accept({ signal }) } },
  'a loop over a listener': async (client, signal) => { const listener = await client.listen({ signal }); return async () => { dial(listener.port); for await (const _ of listener) break } },
  'connection.readable.pipeTo()': async (client, signal) => {
    const connection = await client.openTcp('127.0.0.1', targetPort)
    return () => { void some().pipeTo(connection.writable).catch(() => {}); return connection.readable.pipeTo(new WritableStream(), { signal }) }
  },
  'client.sftp': (client, signal) => () => client.sftp({ signal }),
  'client.scpReceive': (client, signal) => () => client.scpReceive(server.keys.ed25519.path, { signal }),
  'client.scpSend': (client, signal) => () => client.scpSend(file(), new Uint8Array(5), { signal }),
  'client.rekey': (client, signal) => () => client.rekey({ signal }),
  'process.exit': async (client, signal) => { const process = await client.exec('read x', { signal }); return () => ended(process.stdin, process.exit) },
  'a read of process.stdout': async (client, signal) => { const process = await client.exec('read x; echo $x', { signal }); return () => ended(process.stdin, process.stdout.getReader().read()) },
  'a loop over process.lines()': async (client, signal) => { const process = await client.exec('read x; echo $x', { signal }); return () => ended(process.stdin, (async () => { for await (const _ of process.lines()) { /* each */ } })()) },
  'process.stdout.pipeTo()': async (client, signal) => { const process = await client.exec('read x; echo $x', { signal }); return () => ended(process.stdin, process.stdout.pipeTo(new WritableStream())) },
  'a write to process.stdin': async (client, signal) => { const process = await client.exec('cat > /dev/null', { signal }); return () => process.stdin.getWriter().write(new Uint8Array(8 << 20)) },
  'a read of process.stderr': async (client, signal) => { const process = await client.exec('read x; echo $x >&2', { signal }); return () => ended(process.stdin, process.stderr.getReader().read()) },
  'pipeTo(process.stdin)': async (client, signal) => { const process = await client.exec('cat > /dev/null', { signal }); return () => new Blob([new Uint8Array(8 << 20)]).stream().pipeTo(process.stdin as WritableStream<Uint8Array>) },
  'file.read': async (client, signal) => { const opened = await (await client.sftp()).open(server.keys.ed25519.path); return () => opened.read(10, 0, { signal }) },
  'file.write': async (client, signal) => { const opened = await (await client.sftp()).open(file(), 'w'); return () => opened.write('text', 0, { signal }) },
  'file.sync': async (client, signal) => { const opened = await (await client.sftp()).open(file(), 'w'); return () => opened.sync({ signal }) },
  'file.readable().pipeTo()': async (client, signal) => { const opened = await (await client.sftp()).open(server.keys.ed25519.path); return () => opened.readable({ signal }).pipeTo(new WritableStream()) },
  'pipeTo(file.writable())': async (client, signal) => { const opened = await (await client.sftp()).open(file(), 'w'); return () => some().pipeTo(opened.writable({ signal })) },
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

/** A run of `hosts()` on one host, through a relay: it has a client of its own. What becomes of the host is its result, which is looked into. */
async function onHosts(situation: string): Promise<string> {
  await using relay = await stallingRelay(server)
  const controller = new AbortController()
  if (situation === 'aborted before') controller.abort(reason)
  if (situation !== 'aborted after') relay.stall()
  const config = join(folder, 'config')
  writeFileSync(config, `Host one\n  HostName 127.0.0.1\n  Port ${relay.port}\n  User ${server.user}\n  IdentityFile ${server.keys.ed25519.path}\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n`)
  const work = hosts(['one'], { config, signal: controller.signal }).run('true').all()
  if (situation === 'aborted during' || situation.startsWith('server silent')) setTimeout(() => controller.abort(reason), 200)
  if (situation === 'server gone') setTimeout(() => relay.cut(), 200)
  const result = await outcome(work.then(({ results: [result] }) => { if (!result?.ok) throw result?.error }))
  controller.abort(reason)
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

test('hosts().run().all()', async () => {
  const cells: string[] = []
  for (const name of NAMES) cells.push(name === 'client closed' ? '—' : await onHosts(name))
  expect(cells.slice(0, 5)).toEqual(['the reason', 'the reason', 'done', '—', 'the reason'])
  expect(cells[5]).toMatch(/Error$/)
  table.set('hosts().run().all()', cells)
}, 60_000)

test('an accept that is aborted takes no connection: the next one gets it', async () => {
  await using client = await connect(options())
  await using listener = await client.listen()
  for (let round = 0; round < 20; round++) {
    const controller = new AbortController()
    const aborted = listener.accept({ signal: controller.signal })
    aborted.catch(() => {})
    // Before the connection is there, while it comes, and when it may have come.
    if (round % 3 === 0) controller.abort(reason)
    dial(listener.port)
    if (round % 3 === 1) setImmediate(() => controller.abort(reason))
    if (round % 3 === 2) setTimeout(() => controller.abort(reason), round)
    const first = await aborted.catch((error: unknown) => { expect(error).toBe(reason) })
    const connection = first ?? await within(LIMIT, 'the connection', listener.accept())
    expect(connection?.originator.port).toBe([...dialing].at(-1)?.localPort)
    await connection?.close()
  }
}, 60_000)

// The signal of pipeTo() itself waits for the write under way: so the standard of streams has it.
test('close() of a connection ends a write that nobody takes', async () => {
  const transport = await stallingTransport(server)
  await using client = await connect({ ...options(), transport })
  const connection = await client.openTcp('127.0.0.1', targetPort)
  transport.stall()
  const piped = new Blob([new Uint8Array(8 << 20)]).stream().pipeTo(connection.writable)
  setTimeout(() => void connection.close(), 20)
  await expect(within(LIMIT, 'the pipe', piped)).rejects.toMatchObject({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED' })
  transport.resume()
}, 60_000)

test('docs/aborts.md says so', async () => {
  expect(table.size).toBe(Object.keys(CALLS).length + 2)
  const rows = [...table].map(([name, cells]) => `| \`${name}\` | ${cells.map((cell) => cell === 'the reason' ? '`signal.reason`' : cell === 'done' || cell === '—' ? cell : `\`${cell}\``).join(' | ')} |`)
  const text = `# What ends a call, and with what

Each call in each situation, written and checked by \`test/integration/client/abort-matrix.test.ts\` with OpenSSH's server and a link that can stop. Every cell was
tried twice, with nothing else going on and while another command of the session writes without end: both gave the same. The promise settles at once and waits
for no answer of the server; what C still had in hand is finished unseen when the link carries bytes again, and then nothing is pending and nothing is held.
\`done\` is the result, which a later abort leaves as it is. A run of \`hosts()\` rejects on an abort alone: what becomes of a host is a result of the run, and stands here.
A write to a connection (\`openTcp\`, \`openUnix\`, a listener's) that nobody takes ends with \`connection.close()\`, as \`ERR_LIBSSH2_CHANNEL_CLOSED\`: the \`signal\` of
\`pipeTo()\` alone waits for the write under way, as the standard of streams has it.

| call | ${NAMES.join(' | ')} |
|---|${NAMES.map(() => '---|').join('')}
${rows.join('\n')}
`
  await expect(text).toMatchFileSnapshot('../../../docs/aborts.md')
})
