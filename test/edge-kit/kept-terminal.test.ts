import headless from '@xterm/headless'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { attach } from '../../examples/edge-kit/kept-terminal/attach.ts'
import { Recent } from '../../examples/edge-kit/kept-terminal/recent.ts'
import { type Simulated, startMiniflare } from '../support/miniflare.ts'
import { startProxy } from '../support/proxy.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { API_TOKEN, bundleEdgeWorker, serverBindings } from './rig.ts'

const openWebSocket = (url: string, protocols: string[]) => {
  const socket = new WebSocket(url, protocols)
  // A refused upgrade; its close event follows.
  socket.on('error', () => {})
  return socket as unknown as globalThis.WebSocket
}

/** A page with a terminal emulator, and what it shows. */
function page(worker: Simulated, name = 'work', token = API_TOKEN) {
  const terminal = new headless.Terminal({ cols: 100, rows: 30, allowProposedApi: true })
  let socket: globalThis.WebSocket | undefined
  const end = attach(`${worker.url.replace('http', 'ws')}/${name}/shell`, terminal, { token, openWebSocket: (url, protocols) => socket = openWebSocket(url, protocols) })
  const text = () => Array.from({ length: terminal.buffer.active.length }, (_, line) => terminal.buffer.active.getLine(line)?.translateToString(true) ?? '').join('\n')
  const shows = (what: RegExp) => expect.poll(text, { timeout: 20_000 }).toMatch(what)
  return { terminal, end, text, shows, type: (line: string) => terminal.input(`${line}\r`), leave: () => (socket as globalThis.WebSocket).close() }
}

describe.runIf(requirePeer('miniflare') && requirePeer('sshd'))('kept-terminal: a Durable Object keeps an SSH session', () => {
  let folder: TemporaryDirectory
  let modules: string[]
  let server: SshServer
  let worker: Simulated

  beforeAll(async () => {
    folder = temporaryDirectory('kept-terminal')
    modules = await bundleEdgeWorker(folder, 'examples/edge-kit/kept-terminal/worker.ts')
    server = await startSshd()
    worker = await start()
  }, 120_000)
  afterAll(async () => {
    await worker.stop()
    await server.stop()
    folder.remove()
  })

  const start = (bindings: Readonly<Record<string, string>> = {}) => startMiniflare({ modules, durableObjects: { TERMINALS: 'KeptTerminal' }, bindings: { ...serverBindings(server), ...bindings } })
  const call = (path: string, method = 'GET', body?: string, token = API_TOKEN, at = worker) => fetch(`${at.url}${path}`, { method, headers: { authorization: `Bearer ${token}` }, ...body !== undefined && { body } })
  const run = async (name: string, command: string, at = worker) => await (await call(`/${name}/run`, 'POST', command, API_TOKEN, at)).json() as { stdout: string, stderr: string, exit: { code: number }, fresh: boolean, error?: { code: string, message: string } }
  const status = async (name: string, at = worker) => await (await call(`/${name}`, 'GET', undefined, API_TOKEN, at)).json() as { connected: boolean, commands: number, viewers?: number }

  test('further commands use the session that is there', async () => {
    await using proxy = await startProxy({ target: server })
    await using other = await start(serverBindings(server, proxy.port))
    expect(await run('one', 'echo out; echo err >&2; exit 3', other)).toMatchObject({ stdout: 'out\n', stderr: 'err\n', exit: { code: 3 }, fresh: true })
    for (let at = 0; at < 5; at++) expect(await run('one', 'echo $PPID', other)).toMatchObject({ exit: { code: 0 }, fresh: false })
    // Two at once, and another name.
    const both = await Promise.all([run('one', 'sleep 0.2; echo slow', other), run('one', 'echo fast', other)])
    expect(both.map(({ stdout }) => stdout)).toEqual(['slow\n', 'fast\n'])
    expect(proxy.connections).toBe(1)
    expect((await run('two', 'true', other)).fresh).toBe(true)
    expect(proxy.connections).toBe(2)
    expect(await status('one', other)).toEqual({ connected: true, commands: 8 })
    expect((await call('/one', 'DELETE', undefined, API_TOKEN, other)).status).toBe(204)
    await expect.poll(() => status('one', other)).toMatchObject({ connected: false })
    // A lost session is noticed, and the next command makes another one.
    proxy.reset()
    await expect.poll(() => status('two', other)).toMatchObject({ connected: false })
    expect((await run('two', 'true', other)).fresh).toBe(true)
  }, 60_000)

  test('several first commands at a time make one session', async () => {
    const answers = await Promise.all(['a', 'b', 'c'].map((word) => run('burst', `echo ${word}`)))
    expect(answers.map(({ stdout }) => stdout)).toEqual(['a\n', 'b\n', 'c\n'])
    expect(answers.filter(({ fresh }) => fresh)).toHaveLength(1)
  }, 60_000)

  test('a shell goes on while nobody looks, and whoever attaches sees what it said', async () => {
    const first = page(worker)
    await first.shows(/[$#] /)
    first.type('value=kept; echo "shell $((100 + 23))"')
    await first.shows(/^shell 123$/m)
    first.leave()
    expect(await first.end).toEqual({ type: 'disconnected' })
    await expect.poll(() => status('work')).toMatchObject({ connected: true, viewers: 0 })
    const [second, third] = [page(worker), page(worker)]
    for (const viewer of [second, third]) await viewer.shows(/^shell 123$/m)
    second.type('echo "the value is $value"')
    for (const viewer of [second, third]) await viewer.shows(/^the value is kept$/m)
    expect(await status('work')).toMatchObject({ viewers: 2 })
    third.terminal.resize(50, 10)
    await expect.poll(() => { second.type('stty size'); return second.text() }, { timeout: 20_000, interval: 500 }).toMatch(/^10 50$/m)
    third.type('exit 7')
    expect(await Promise.all([second.end, third.end])).toEqual([{ type: 'ended', code: 7, signal: null }, { type: 'ended', code: 7, signal: null }])
    // The session is still there; the next shell is another one.
    expect((await run('work', 'true')).fresh).toBe(false)
    const fourth = page(worker)
    await fourth.shows(/[$#] /)
    fourth.type('echo "the value is [$value]"')
    await fourth.shows(/^the value is \[\]$/m)
    await call('/work', 'DELETE')
    expect(await fourth.end).toEqual({ type: 'lost' })
  }, 60_000)

  test('a page that does not keep up is not sent more than a window, and what it misses is not lost', async () => {
    const socket = new WebSocket(`${worker.url.replace('http', 'ws')}/flood/shell`, ['terminal', `token.${Buffer.from(API_TOKEN).toString('base64url')}`])
    let received = 0
    let acknowledge = false
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (!binary) return
      received += data.length
      if (acknowledge) socket.send(JSON.stringify({ shown: received }))
    })
    await new Promise((resolve) => socket.on('open', resolve))
    socket.send(Buffer.from('stty -echo; head -c 4000000 /dev/zero | tr "\\0" x; echo; echo over\r'))
    // It stands still a little above the window, until the page says what it has shown.
    let last = -1
    while (received < 1 << 20 || last !== received) {
      last = received
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    expect(received).toBeLessThan((1 << 20) + (256 << 10))
    acknowledge = true
    socket.send(JSON.stringify({ shown: received }))
    await expect.poll(() => received, { timeout: 30_000 }).toBeGreaterThan(4_000_000)
    socket.close()
    await call('/flood', 'DELETE')
  }, 60_000)

  test('a deployment ends the object and its session, and the next call makes another one', async () => {
    const old = await start()
    expect((await run('deployed', 'true', old)).fresh).toBe(true)
    const viewer = page(old, 'deployed')
    await viewer.shows(/[$#] /)
    await old.stop()
    expect(await viewer.end).toEqual({ type: 'disconnected' })
    await using next = await start()
    expect(await run('deployed', 'echo again', next)).toMatchObject({ stdout: 'again\n', fresh: true })
  }, 60_000)

  test('ends a session that nobody uses', async () => {
    await using hasty = await start({ IDLE_SECONDS: '4' })
    await run('idle', 'true', hasty)
    expect((await status('idle', hasty)).connected).toBe(true)
    await expect.poll(async () => (await status('idle', hasty)).connected, { timeout: 30_000 }).toBe(false)
  }, 60_000)

  test('refuses strangers, commands that take too long or say too much, and requests that make no sense', async () => {
    await using hasty = await start({ TIMEOUT: '1' })
    expect((await run('limits', 'sleep 60', hasty)).error).toMatchObject({ code: 'ERR_COMMAND_TIMEOUT', message: 'the time for the command is over' })
    expect((await run('limits', 'head -c 2000000 /dev/zero')).error).toMatchObject({ code: 'ERR_COMMAND_MAX_BUFFER' })
    expect((await run('limits', 'echo still')).stdout).toBe('still\n')
    for (const token of ['', 'undefined', `${API_TOKEN}x`]) expect((await call('/limits/run', 'POST', 'true', token)).status).toBe(401)
    expect(await page(worker, 'limits', 'a wrong token of some length').end).toEqual({ type: 'disconnected' })
    expect((await status('limits')).viewers).toBeUndefined()
    const expected = { '/': 404, '/a%20b/run': 404, [`/${'x'.repeat(65)}/run`]: 404, '/limits/other': 404, '/limits/shell': 426 }
    for (const [path, code] of Object.entries(expected)) expect((await call(path)).status, path).toBe(code)
    for (const body of ['', ' \n', 'x'.repeat((64 << 10) + 1)]) expect((await call('/limits/run', 'POST', body)).status).toBe(400)
    expect((await fetch(`${worker.url}/limits/shell?columns=0`, { headers: { authorization: `Bearer ${API_TOKEN}` } })).status).toBe(426)
    for (const message of ['no JSON', '{"columns":0,"rows":1}', '{"shown":1e99}', '[]', 'null']) {
      const bad = new WebSocket(`${worker.url.replace('http', 'ws')}/limits/shell`, ['terminal', `token.${Buffer.from(API_TOKEN).toString('base64url')}`])
      bad.on('open', () => bad.send(message))
      expect(await new Promise((resolve) => bad.on('close', resolve)), message).toBe(1008)
    }
    await call('/limits', 'DELETE')
  }, 60_000)
})

test('the last bytes of a stream', () => {
  const recent = new Recent(10)
  recent.add(Buffer.from('0123'))
  recent.add(Buffer.from('456789'))
  expect(Buffer.from(recent.bytes()).toString()).toBe('0123456789')
  recent.add(Buffer.from('a\nbc'))
  // What is older is gone, and what is left begins with a line.
  expect(Buffer.from(recent.bytes()).toString()).toBe('bc')
  recent.add(Buffer.from('x'.repeat(50)))
  expect(Buffer.from(recent.bytes()).toString()).toBe('x'.repeat(10))
  recent.add(Buffer.from('\n'))
  expect(recent.bytes()).toHaveLength(0)
})
