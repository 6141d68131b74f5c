/// docs/aborts.md: what each call does when it is aborted, when the client is closed, and when the server is silent or gone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as dialTo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Client, connect, type ConnectOptions, insecureAcceptAnyHostKey, publicKey, type SftpClient } from '../../../src/index.ts'
import { CONTEXT } from '../../../src/bindings/session-context.ts'
import { connectUnix, forwardRemote, forwardRemoteDynamic, hosts, openHost, resolveHost } from '../../../src/node/index.ts'
import { connectGateway } from '../../../src/gateway/index.ts'
import { connectWebSocket } from '../../../src/transports/websocket.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { type StallingTransport, stallingTransport } from '../../support/stalling-transport.ts'
import { within } from '../../support/within.ts'
import { stallingRelay } from '../../support/stalling-relay.ts'
import { abortableCalls, callOf, NOT_IN_TABLE } from './abort-coverage.ts'
import { sftpCalls } from './abort-sftp-calls.ts'

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
  'forwardRemote': (client, signal) => () => forwardRemote(client, { from: { port: 0 }, to: { host: '127.0.0.1', port: targetPort }, signal }),
  'forwardRemoteDynamic': (client, signal) => () => forwardRemoteDynamic(client, { from: { port: 0 }, signal }),
  'session.complete': ({ session }, signal) => () => session.complete(() => session.openSession(), { signal }),
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
const LIMIT = 20_000

type Situation = (use: () => Promise<string[]>, at: { readonly client: Client, readonly transport: StallingTransport, readonly abort: () => void }) => Promise<string[]>
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
    const result = await use()
    abort()
    return result
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

/** What comes of each of `calls`, which begin in the same turn on one session and have one signal. */
async function tryCalls(calls: readonly Call[], situation: Situation, flowing: boolean): Promise<string[]> {
  const transport = await stallingTransport(server)
  const client = await connect({ ...options(), transport })
  const { driver } = client.session[CONTEXT]
  const controller = new AbortController()
  try {
    if (flowing) void (await client.exec('yes')).stdout.pipeTo(new WritableStream()).catch(() => {})
    const uses: Use[] = []
    for (const call of calls) uses.push(await call(client, controller.signal))
    const pending = driver.pending
    const used = client.session.instance.heapUsed()
    const results = await situation(() => Promise.all(uses.map((use) => outcome(use()))), { client, transport, abort: () => controller.abort(reason) })
    transport.resume()
    if (!client.session.failure && results.every((result) => result === 'the reason') && !flowing) {
      await expect.poll(() => driver.pending, { timeout: LIMIT }).toBeLessThanOrEqual(pending)
      await expect.poll(() => client.session.instance.heapUsed() - used, { timeout: LIMIT }).toBeLessThan(2048)
    }
    return results
  } finally {
    transport.resume()
    await within(LIMIT, 'close()', client.close())
  }
}

/** The cells of each of `calls`, after a look that they are right. */
async function rowsOf(calls: readonly Call[]): Promise<string[][]> {
  const rows: string[][] = calls.map(() => [])
  for (const situation of NAMES) {
    const [quiet, flowing] = [await tryCalls(calls, SITUATIONS[situation]!, false), await tryCalls(calls, SITUATIONS[situation]!, true)]
    expect(flowing, `${situation}, while another command writes`).toEqual(quiet)
    for (const [at, row] of rows.entries()) row.push(quiet[at]!)
  }
  return rows
}

function fill(name: string, cells: string[]): void {
  expect(cells.slice(0, 3), name).toEqual(['the reason', 'the reason', 'done'])
  expect(cells[4], name).toBe('the reason')
  for (const at of [3, 5]) expect(cells[at], name).toMatch(/^(DisconnectError|SSHError|SftpError)$/)
  table.set(name, cells)
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

/** A call that makes a client of its own from ssh_config, through a relay. */
type HostCall = (config: string, signal: AbortSignal) => Promise<unknown>
const HOST_CALLS: Readonly<Record<string, HostCall>> = {
  // What becomes of the host is a result of the run, which is looked into.
  'hosts().run().all()': async (config, signal) => {
    const { results: [result] } = await hosts(['one'], { config, signal }).run('true').all()
    if (!result?.ok) throw result?.error
  },
  'openHost': async (config, signal) => { await (await openHost('one', { config, signal })).close() },
}

async function onHost(call: HostCall, situation: string): Promise<string> {
  await using relay = await stallingRelay(server)
  const controller = new AbortController()
  if (situation === 'aborted before') controller.abort(reason)
  if (situation !== 'aborted after') relay.stall()
  const config = join(folder, 'config')
  writeFileSync(config, `Host one\n  HostName 127.0.0.1\n  Port ${relay.port}\n  User ${server.user}\n  IdentityFile ${server.keys.ed25519.path}\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n`)
  const work = call(config, controller.signal)
  if (situation === 'aborted during' || situation.startsWith('server silent')) setTimeout(() => controller.abort(reason), 200)
  if (situation === 'server gone') setTimeout(() => relay.cut(), 200)
  const result = await outcome(work)
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
  fill(name, (await rowsOf([CALLS[name]!]))[0]!)
}, 120_000)

const SFTP_CALLS = sftpCalls(folder)
test('the other calls of SFTP, all at once', async () => {
  const opened = new WeakMap<Client, Promise<SftpClient>>()
  const sftpOf = (client: Client) => {
    if (!opened.has(client)) opened.set(client, client.sftp())
    return opened.get(client)!
  }
  const rows = await rowsOf(Object.values(SFTP_CALLS).map((call) => async (client, signal) => call(await sftpOf(client), signal)))
  for (const [at, name] of Object.keys(SFTP_CALLS).entries()) fill(name, rows[at]!)
}, 120_000)

test.each(Object.keys(HOST_CALLS))('%s', async (name) => {
  const cells: string[] = []
  for (const situation of NAMES) cells.push(situation === 'client closed' ? '—' : await onHost(HOST_CALLS[name]!, situation))
  expect(cells.slice(0, 5)).toEqual(['the reason', 'the reason', 'done', '—', 'the reason'])
  expect(cells[5]).toMatch(/Error$/)
  table.set(name, cells)
}, 60_000)

test('every public call that takes a signal has a row, or a reason why it has none', () => {
  const rows = new Set(['connect', ...Object.keys(CALLS), ...Object.keys(SFTP_CALLS), ...Object.keys(HOST_CALLS)].map(callOf))
  const calls = abortableCalls()
  expect(calls.length).toBeGreaterThan(60)
  expect(calls.filter((call) => !rows.has(call) && !(call in NOT_IN_TABLE)), 'a new call: give it a row in CALLS or in sftpCalls()').toEqual([])
  expect(Object.keys(NOT_IN_TABLE).filter((call) => rows.has(call) || !calls.includes(call)), 'reasons for calls that have a row, or are no more').toEqual([])
})

test('what makes a transport ends with the reason, before there is a session', async () => {
  const made = new EventTarget()
  /** Its server never answers. */
  class SilentWebSocket extends EventTarget {
    readonly readyState = 0
    readonly CONNECTING = 0
    constructor() {
      super()
      made.dispatchEvent(new Event('made'))
    }

    send(): void {}
    close(): void {}
  }
  vi.stubGlobal('WebSocket', SilentWebSocket)
  const url = 'ws://127.0.0.1:1/'
  const calls: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
    connectWebSocket: (signal) => connectWebSocket(url, { signal }),
    connectGateway: (signal) => connectGateway(url, { host: '127.0.0.1', port: targetPort, signal }),
  }
  const here: typeof calls = { ...calls, connectUnix: (signal) => connectUnix(socket, { signal }), resolveHost: (signal) => resolveHost('one', { signal }) }
  try {
    for (const [name, call] of Object.entries(here)) expect(await outcome(call(AbortSignal.abort(reason))), `${name}, aborted before`).toBe('the reason')
    for (const [name, call] of Object.entries(calls)) {
      const controller = new AbortController()
      const begun = new Promise((resolve) => { made.addEventListener('made', resolve, { once: true }) })
      const work = outcome(call(controller.signal))
      await within(LIMIT, 'a WebSocket', begun)
      controller.abort(reason)
      expect(await work, `${name}, aborted during`).toBe('the reason')
    }
  } finally {
    vi.unstubAllGlobals()
  }
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

/** The calls without a row, by their reasons. */
function reasons(): string {
  const whys = new Set(Object.values(NOT_IN_TABLE))
  return [...whys].map((why) => `- ${Object.keys(NOT_IN_TABLE).filter((call) => NOT_IN_TABLE[call] === why).map((call) => `\`${call}\``).join(', ')}: ${why}.`).join('\n')
}

test('docs/aborts.md says so', async () => {
  expect(table.size).toBe(1 + [CALLS, SFTP_CALLS, HOST_CALLS].flatMap(Object.keys).length)
  const rows = [...table].map(([name, cells]) => `| \`${name}\` | ${cells.map((cell) => cell === 'the reason' ? '`signal.reason`' : cell === 'done' || cell === '—' ? cell : `\`${cell}\``).join(' | ')} |`)
  const text = `# What ends a call, and with what

This table shows each call in each situation. \`test/integration/client/abort-matrix.test.ts\` writes and checks it, with OpenSSH's server and a link that can stop. Every cell was
tested twice, on an idle session and while another command of the session writes without end, with the same result. The promise settles at once and does not wait
for the server. C finishes its current call in the background when the link carries bytes again; after that nothing is pending and nothing is held.
\`done\` is the result, which a later abort does not change. A run of \`hosts()\` rejects only on an abort; the other columns show the result of one host.
If nobody takes a write to a connection (of \`openTcp\`, \`openUnix\` or a listener), \`connection.close()\` ends it with \`ERR_LIBSSH2_CHANNEL_CLOSED\`: the \`signal\` of
\`pipeTo()\` alone waits for the pending write, as the Streams standard requires. The rows from \`sftp.open\` to \`file.copyTo\` were tested together: all of these calls
began in the same turn on one session, with one signal. A test compares the table with the declarations of the package, so that every call that takes a signal is here.
Without a row are:

${reasons()}

| call | ${NAMES.join(' | ')} |
|---|${NAMES.map(() => '---|').join('')}
${rows.join('\n')}
`
  await expect(text).toMatchFileSnapshot('../../../docs/aborts.md')
})
