import type { Client, Process, SftpClient } from 'libssh2-wasm'
import { Keys } from '../keys/keys.ts'
import { Files } from '../files/files.ts'
import { visible } from '../ui/visible.ts'
import { openConnection, type Connection } from './connection.ts'
import type { Attached, Ending, Login, PageApi, SessionState, ShellSettings, Target, Welcome } from './messages.ts'
import { describe } from './rpc.ts'
import { ScreenKeeper } from './screen-keeper.ts'
import { startShell } from './start-shell.ts'
import { type Viewer, Viewers } from './viewers.ts'
import { cancelled } from './wanted.ts'

/** Milliseconds that a session without a page is kept; reloads take less. */
const KEPT = 15 * 60_000

/** One terminal with its connection, shown by any number of pages. */
export class Session {
  readonly id = crypto.randomUUID()
  readonly viewers = new Viewers(() => this.#keeper)
  readonly keys: Keys
  readonly files: Files
  #keeper: ScreenKeeper
  #state: SessionState = { name: 'idle' }
  #target: Target | null = null
  #title = ''
  #connection: Connection | undefined
  #shell: Process | undefined
  #writer: WritableStreamDefaultWriter<Uint8Array | string> | undefined
  #sftp: Promise<SftpClient> | undefined
  #attempt: AbortController | undefined
  #persist: ShellSettings['persist'] = 'none'
  #knownHosts: string | null = null
  #forgotten: ReturnType<typeof setTimeout> | undefined
  readonly #ended: () => void

  /** @param ended called when nobody can return to it */
  constructor(ended: () => void) {
    this.#ended = ended
    this.#keeper = this.#newKeeper()
    this.keys = new Keys({
      passphrase: (file, again) => this.page().askPassphrase(file, again),
      authenticator: (request) => this.page().askAuthenticator(request),
    })
    this.files = new Files(() => this.#openSftp(), (transfers) => this.viewers.transfers(transfers))
  }

  #newKeeper(columns?: number, rows?: number): ScreenKeeper {
    return new ScreenKeeper({
      titled: (title) => this.viewers.title(this.#title = title),
      bell: () => this.viewers.bell(),
      answer: (data) => { if (!this.viewers.answers) void this.#writer?.write(data).catch(() => {}) },
    }, columns, rows)
  }

  /** The page to ask. @throws CANCELLED if there is none. */
  page(): PageApi {
    const { leader } = this.viewers
    if (!leader) throw cancelled()
    return leader.page
  }

  get client(): Client {
    if (!this.#connection) throw new Error('there is no connection')
    return this.#connection.client
  }

  get connection(): Connection | undefined {
    return this.#connection
  }

  get target(): Target | null {
    return this.#target
  }

  /** The page's known_hosts text, if it has given one. */
  get knownHosts(): string | null {
    return this.#knownHosts
  }

  attach(viewer: Viewer): Attached {
    clearTimeout(this.#forgotten)
    this.viewers.add(viewer)
    if (this.#state.name !== 'idle') this.viewers.refresh(viewer)
    return { id: this.id, state: this.#state, target: this.#target, title: this.#title, transfers: this.files.transfers }
  }

  detach(viewer: Viewer): void {
    this.viewers.remove(viewer)
    if (!this.viewers.empty) return
    if (this.#persist === 'none' || !['open', 'stalled'].includes(this.#state.name)) void this.close()
    else this.#forgotten = setTimeout(() => void this.close(), KEPT)
  }

  #become(state: SessionState): void {
    this.#state = state
    this.viewers.state(state, this.#target)
  }

  async connect(target: Target, login: Login, settings: ShellSettings): Promise<Welcome> {
    const closing = this.#disconnect()
    // Before anything is waited for: whoever ends the session meanwhile, or connects again, ends this attempt.
    const attempt = this.#attempt = new AbortController()
    await closing
    if (attempt.signal.aborted) throw cancelled()
    const again = this.#state.name !== 'idle'
    this.#target = target
    this.#persist = settings.persist
    this.#knownHosts = settings.knownHosts
    this.#become({ name: 'connecting' })
    let welcome: Welcome | undefined
    try {
      const connection = await openConnection({
        target, login, knownHosts: settings.knownHosts, keys: this.keys, page: () => this.page(), signal: attempt.signal,
        network: {
          stalled: (about) => { if (welcome && attempt === this.#attempt) this.#become({ name: 'stalled', welcome, ...about }) },
          resumed: () => { if (welcome && attempt === this.#attempt) this.#become({ name: 'open', welcome }) },
        },
        onBanner: (text) => this.#show(visible(text).replaceAll('\n', '\r\n')),
      })
      if (attempt.signal.aborted) {
        await closeAll(connection)
        throw cancelled()
      }
      this.#connection = connection
      const { client, fingerprint } = connection
      const { serverIdentification: server, algorithms: { kex, cipher } } = client
      if (again) this.#show('\r\n── connected again ──\r\n')
      this.resize(settings.columns, settings.rows)
      const { shell, inTmux, notice } = await startShell(client, settings)
      this.#shell = shell
      const { cols, rows } = this.#keeper.terminal
      // The size has changed while it was started.
      if (cols !== settings.columns || rows !== settings.rows) void shell.resize(cols, rows).catch(() => {})
      if (notice !== null) this.#show(`── ${visible(notice)} ──\r\n`)
      this.#writer = this.#shell.stdin.getWriter()
      this.#writer.closed.catch(() => {})
      welcome = { server, kex, cipher: cipher.toServer, trust: settings.knownHosts === null ? 'first-use' : 'known-hosts', fingerprint, inTmux }
      this.#become({ name: 'open', welcome })
      void this.#run(this.#shell, attempt)
      return welcome
    } catch (error) {
      if (attempt === this.#attempt) await this.#over({ name: 'failed', failure: describe(error) })
      throw error
    }
  }

  /** Shows the shell's output until it ends, and reports how. */
  async #run(shell: Process, attempt: AbortController): Promise<void> {
    let state: SessionState
    try {
      await Promise.all([this.#pump(shell.stdout), this.#pump(shell.stderr)])
      const exit = await shell.exit
      const ending: Ending = { code: exit.code ?? null, signal: exit.signal ?? null }
      state = { name: 'ended', ending }
    } catch (error) {
      const end = this.#connection ? (await this.#connection.client.closed).error : error
      state = { name: 'failed', failure: describe(end ?? error) }
    }
    if (attempt !== this.#attempt) return
    await this.#over(state)
    if (this.viewers.empty && !this.#attempt) void this.close()
  }

  /** The attempt has ended by itself. Somebody may end the session while it is closed, or connect again: that is newer. */
  async #over(state: SessionState): Promise<void> {
    await this.#disconnect()
    if (!this.#attempt && this.#state.name !== 'idle') this.#become(state)
  }

  async #pump(stream: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stream.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      this.#show(value)
      await this.#keeper.room()
      await this.viewers.room()
    }
  }

  #show(data: Uint8Array | string): void {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
    // The chunk is in libssh2's memory, so a copy is kept.
    const copy = bytes.slice()
    this.#keeper.write(copy)
    this.viewers.send(copy)
  }

  /** Input. A shell that has ended takes none. */
  async input(viewer: Viewer, data: Uint8Array): Promise<void> {
    if (viewer !== this.viewers.leader) return
    await this.#writer?.write(data).catch(() => {})
  }

  resize(columns: number, rows: number): void {
    const { cols, rows: before } = this.#keeper.terminal
    if (cols === columns && rows === before) return
    this.#keeper.resize(columns, rows)
    this.viewers.size(columns, rows)
    void this.#shell?.resize(columns, rows).catch(() => {})
  }

  #openSftp(): Promise<SftpClient> {
    this.#sftp ??= this.client.sftp().catch((error: unknown) => {
      this.#sftp = undefined
      throw error
    })
    return this.#sftp
  }

  async #disconnect(): Promise<void> {
    this.#attempt?.abort(cancelled())
    this.#attempt = undefined
    const connection = this.#connection
    this.#connection = this.#shell = this.#writer = this.#sftp = undefined
    if (connection) await closeAll(connection)
  }

  /** Ends the session for everybody. */
  async close(): Promise<void> {
    clearTimeout(this.#forgotten)
    await this.#disconnect()
    this.#become({ name: 'idle' })
    this.#keeper.dispose()
    this.#keeper = this.#newKeeper()
    if (this.viewers.empty) this.#ended()
  }
}

async function closeAll({ client, hops }: Connection): Promise<void> {
  for (const one of [client, ...hops.toReversed()]) await one.close().catch(() => {})
}
