import type { Client, Process } from 'libssh2-wasm'
import { beforeEach, expect, test, vi } from 'vitest'
import { type Connection, openConnection } from '../../../packages/terminal/src/session/connection.ts'
import type { PageApi, ShellSettings, Target } from '../../../packages/terminal/src/session/messages.ts'
import { Session } from '../../../packages/terminal/src/session/session.ts'
import { startShell } from '../../../packages/terminal/src/session/start-shell.ts'

vi.mock('../../../packages/terminal/src/session/connection.ts', () => ({ openConnection: vi.fn() }))
vi.mock('../../../packages/terminal/src/session/start-shell.ts', () => ({ startShell: vi.fn() }))
// The emulator's addons want a browser.
vi.mock('../../../packages/terminal/src/session/screen-keeper.ts', () => ({ ScreenKeeper: class {
  terminal: { readonly cols: number, readonly rows: number }
  constructor(_: unknown, cols = 80, rows = 24) { this.terminal = { cols, rows } }
  resize(cols: number, rows: number) { this.terminal = { cols, rows } }
  write() {}
  async room() {}
  whenIdle() {}
  dispose() {}
} }))

const TARGET: Target = { gateway: 'wss://gateway.example', host: 'server.example', port: 22, username: 'ada' }
const LOGIN = { password: '', key: '' }
const SETTINGS: ShellSettings = { columns: 80, rows: 24, env: {}, persist: 'none', tmuxSession: 'main', knownHosts: null, obscureKeystrokes: false }

/** A server whose steps the test takes: connections that close when it says so, a shell that runs until then. */
function server() {
  const closings: (() => void)[] = []
  const sizes: string[] = []
  const shells: { readonly exit: () => void }[] = []
  vi.mocked(openConnection).mockImplementation(async () => ({
    client: {
      serverIdentification: 'SSH-2.0-test', algorithms: { kex: 'kex', cipher: { toServer: 'cipher' } }, closed: Promise.resolve({ error: undefined }),
      close: () => new Promise<void>((resolve) => { closings.push(resolve) }),
    } as unknown as Client,
    gateway: undefined, fingerprint: 'SHA256:test', hops: [],
  }) satisfies Connection)
  const start = vi.fn(() => Promise.resolve())
  vi.mocked(startShell).mockImplementation(async () => {
    await start()
    let exit = () => {}
    const ended = new Promise<void>((resolve) => { exit = resolve })
    const output = () => new ReadableStream<Uint8Array>({ start: (controller) => { void ended.then(() => controller.close()) } })
    shells.push({ exit })
    const shell = {
      stdin: new WritableStream(), stdout: output(), stderr: output(), exit: ended.then(() => ({ code: 0 })),
      resize: async (columns: number, rows: number) => { sizes.push(`${columns}x${rows}`) },
    } as unknown as Process
    return { shell, inTmux: false, notice: null }
  })
  return { closings, sizes, shells, start }
}

/** A session with a page, and the states that the page was told. */
function attached() {
  const session = new Session(() => {})
  const states: string[] = []
  const page = new Proxy({} as PageApi, { get: (_, method) => async (state: { readonly name: string }) => { if (method === 'state') states.push(state.name) } })
  session.attach({ page, visible: true, pending: 0, live: false })
  return { session, states }
}

beforeEach(() => { vi.clearAllMocks() })
const turns = () => new Promise((resolve) => setTimeout(resolve, 20))

test('of two that connect while the old connection is closed, the last one counts', async () => {
  const { closings, shells } = server()
  const { session, states } = attached()
  await session.connect(TARGET, LOGIN, SETTINGS)
  const both = Promise.allSettled([session.connect(TARGET, LOGIN, SETTINGS), session.connect({ ...TARGET, host: 'other.example' }, LOGIN, SETTINGS)])
  await turns()
  closings[0]?.()
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  expect(shells.length).toBe(2)
  expect(session.target?.host).toBe('other.example')
  expect(states).toEqual(['connecting', 'open', 'connecting', 'open'])
})

test('a session that is ended while it connects again stays ended', async () => {
  const { closings, shells } = server()
  const { session, states } = attached()
  await session.connect(TARGET, LOGIN, SETTINGS)
  const again = session.connect(TARGET, LOGIN, SETTINGS)
  await turns()
  await session.close()
  closings[0]?.()
  await expect(again).rejects.toThrow('cancelled')
  expect(shells.length).toBe(1)
  expect(states.at(-1)).toBe('idle')
})

test('the end of a shell is not told over what the person has done since', async () => {
  const { closings, shells } = server()
  const { session, states } = attached()
  await session.connect(TARGET, LOGIN, SETTINGS)
  shells[0]?.exit()
  await turns()
  await session.close()
  closings[0]?.()
  await turns()
  expect(states).toEqual(['connecting', 'open', 'idle'])
})

test('a size that comes while the shell is started is the shell’s', async () => {
  const { sizes, start } = server()
  const { session } = attached()
  start.mockImplementation(async () => { session.resize(120, 40) })
  await session.connect(TARGET, LOGIN, SETTINGS)
  session.resize(120, 40)
  expect(sizes).toEqual(['120x40'])
})
