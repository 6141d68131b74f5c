import { FilesPanel } from '../files/files-panel.ts'
import type { Attached, Failure, HolderApi, Login, SessionState, Target } from '../session/messages.ts'
import { describe, RemoteError } from '../session/rpc.ts'
import { type HolderLink, startHolder } from '../session/start-holder.ts'
import { Banner } from '../ui/banner.ts'
import { ConnectionForm } from '../ui/connection-form.ts'
import { Dialogs } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { type Explanation, explain } from '../ui/explain.ts'
import { toggleFullScreen } from '../ui/full-screen.ts'
import { confirmGateway, warnChangedKey } from '../ui/trust-dialogs.ts'
import type { PreviewTarget } from '../preview/names.ts'
import { address } from '../session/address.ts'
import { holderLock } from '../session/holder-lock.ts'
import { installKeyDialog } from '../ui/key-dialog.ts'
import { KeyPicker } from '../ui/key-picker.ts'
import { SavedConnections } from '../ui/saved-connections.ts'
import { editSettings, settings } from '../ui/settings.ts'
import { StatusBar } from '../ui/status-bar.ts'
import { TerminalView } from '../ui/terminal-view.ts'
import { Toolbar } from '../ui/toolbar.ts'
import { visible } from '../ui/visible.ts'
import { ClipboardWays } from './clipboard-ways.ts'
import { followDrops } from './drops.ts'
import { keepSession, keptSession } from './kept-session.ts'
import { openLink } from './links.ts'
import { pageApi } from './page-api.ts'
import type { PaneHost } from './pane-host.ts'

/** Everything in the shadow root of one `<ssh-terminal>`: a form, then a terminal with its files; its session is in the holder. */
export class Pane {
  readonly host: PaneHost
  readonly dialogs: Dialogs
  readonly view: TerminalView
  readonly files: FilesPanel
  readonly element: HTMLElement
  state: SessionState = { name: 'idle' }
  target: Target
  title = ''
  readonly #form: ConnectionForm
  readonly #keys: KeyPicker
  readonly #saved: SavedConnections
  readonly #banner = new Banner()
  readonly #toolbar: Toolbar
  readonly #status = new StatusBar()
  readonly #formPlace: HTMLElement
  readonly #work: HTMLElement
  readonly #clipboard: ClipboardWays
  #link: Promise<HolderLink> | undefined
  #starting: Promise<void> | undefined
  #holder: HolderLink | undefined
  #key = ''
  #token = ''
  /** This page has asked to connect: its terminal takes the focus at the moment it is shown, before anybody can type into nothing. */
  #takesFocus = false
  #room = { columns: 80, rows: 24 }

  constructor(host: PaneHost, place: ShadowRoot) {
    this.host = host
    this.dialogs = new Dialogs(place)
    const { config } = host
    this.target = { gateway: config.gateway, host: config.host, port: config.port, username: config.user }
    this.view = new TerminalView({
      input: async (data, typed) => { if (!host.config.readOnly) await this.#holder?.api.input(data, typed).catch(() => {}) },
      room: (columns, rows) => {
        this.#room = { columns, rows }
        void this.#holder?.api.resize(columns, rows).catch(() => {})
      },
      sized: (columns, rows) => this.#status.size(columns, rows),
      leave: () => this.leave(),
      link: (to) => void openLink(this, to),
      clipboard: (text) => void this.#clipboard.programWrites(text),
      paste: () => void this.#clipboard.paste(),
      copy: () => void this.#clipboard.copy(),
    })
    this.#clipboard = new ClipboardWays(this)
    this.view.paste = (text) => void this.#clipboard.insert(text)
    this.#saved = new SavedConnections((one) => this.#form.fill({ ...this.#start(), ...one, token: this.#form.token }))
    this.#keys = new KeyPicker(() => this.api, (error) => this.#form.fail(this.explain(error)))
    this.#form = new ConnectionForm(this.#keys, this.#saved, (target, login) => { void this.#submitted(target, login) })
    this.files = new FilesPanel({ api: () => this.api, dialogs: this.dialogs, close: () => this.toggleFiles(false), explain: (error) => {
      const { title, advice } = this.explain(error)
      return `${title}. ${advice}`
    } })
    this.#toolbar = new Toolbar({
      find: () => this.view.search.open(), files: () => this.toggleFiles(), keys: () => void this.installKey(),
      settings: () => void this.editSettings(), whole: () => void toggleFullScreen(host.element).catch(() => {}), disconnect: () => void this.askToClose().then((yes) => yes ? this.disconnect() : undefined),
    })
    this.#formPlace = h('div', { class: 'form-place' }, h('slot', { name: 'empty' }, this.#form.element))
    this.#work = h('div', { class: 'work', hidden: true }, h('div', { class: 'terminal-side' }, this.view.element, this.#banner.element), this.files.element)
    this.element = h('div', { class: 'pane' }, this.#toolbar.element, h('div', { class: 'middle' }, this.#formPlace, this.#work), this.#status.element)
    this.#form.fill(this.#start())
    this.#status.update(this.state, '')
    followDrops(this)
  }

  /** The holder's side, as soon as it has been started. */
  readonly api: HolderApi = new Proxy({} as HolderApi, {
    get: (_, method: keyof HolderApi) => async (...values: never[]) => {
      await this.start()
      if (!this.#holder) throw new RemoteError({ name: 'Error', code: 'WORKER', message: 'the worker is not there' })
      return (this.#holder.api[method] as (...values: never[]) => Promise<unknown>)(...values)
    },
  })

  get who(): string {
    return `${this.target.username}@${address(this.target.host, this.target.port)}`
  }

  /** Whether a shell runs. */
  get running(): boolean {
    return this.state.name === 'open' || this.state.name === 'stalled'
  }

  explain(error: unknown): Explanation {
    return explain(describe(error), this.target)
  }

  #start() {
    const { gateway, host, port, user, token, ticket } = this.host.config
    return { gateway, fixedGateway: gateway !== '' && ticket !== null, token, host, port, username: user }
  }

  /** The page has changed its settings; an unused form follows them. */
  configured(): void {
    if (this.state.name === 'idle') this.#form.fill(this.#start())
  }

  /** Joins the session that this page had before a reload, or a new one. */
  start(): Promise<void> {
    const { worker, persist, storageKey } = this.host.config
    if (this.#starting) return this.#starting
    const link = this.#link = startHolder(pageApi(this), worker, persist !== 'none')
    return this.#starting ??= link.then(async (holder) => {
      this.#holder = holder
      const attached = await holder.api.attach(keptSession(storageKey)?.id ?? null, holder.lock)
      this.#watch(holder)
      this.#joined(attached, storageKey)
      this.#keys.refresh('').catch(() => {})
    }).catch((error: unknown) => { this.#form.fail(this.explain(error)) })
  }

  /** Learns of the end of the worker, which browsers report to nobody. */
  #watch(holder: HolderLink): void {
    void navigator.locks?.request(holderLock(holder.lock), () => {
      if (this.#holder !== holder) return
      this.#link = this.#holder = this.#starting = undefined
      holder.end()
      this.files.lost()
      if (this.state.name !== 'idle') this.changed({ name: 'failed', failure: { name: 'Error', code: 'WORKER_ENDED', message: 'the worker has ended' } }, null)
    })
  }

  #joined({ id, state, target, title, transfers }: Attached, storageKey: string): void {
    const before = keptSession(storageKey)
    keepSession(storageKey, { ...before, id, running: state.name === 'open' || state.name === 'stalled' })
    if (title !== '') this.titled(title)
    this.files.show(transfers)
    this.changed(state, target)
    if (before?.running && before.id !== id && this.host.config.persist === 'tmux' && before.again && before.again.key !== '') {
      // The programs go on in tmux, and the key is here: nobody has to be asked.
      void this.connect(before.again.target, { password: '', key: before.again.key }, this.host.config.token).catch(() => {})
    } else if (before?.running && before.id !== id) this.#form.fail({ title: 'The session ended with the page', advice: 'This browser ends it when its last page is left. Programs in tmux or screen go on: connect again.' })
    this.look()
  }

  /** A link can name a gateway: whoever runs that one sees to which server the connection goes. */
  async #submitted(target: Target, login: Login): Promise<void> {
    const { linkedGateway } = this.host.config
    if (target.gateway === linkedGateway && !this.#saved.hasGateway(linkedGateway) && !await confirmGateway(this.dialogs, linkedGateway)) return
    await this.connect(target, login, this.#form.token).catch(() => {})
  }

  async connect(target: Target, login: Login, token: string): Promise<void> {
    this.target = target
    this.#key = login.key
    this.#token = token
    const again = !this.#work.hidden
    if (!again) this.#form.busy('Connecting…')
    this.#takesFocus = true
    try {
      const { env, persist, knownHosts, obscureKeystrokes } = this.host.config
      await this.api.connect(target, login, { ...this.#room, env, persist, knownHosts, obscureKeystrokes })
      this.#form.forget()
      this.#saved.add({ gateway: target.gateway, host: target.host, port: target.port, username: target.username })
      const kept = keptSession(this.host.config.storageKey)
      if (kept) keepSession(this.host.config.storageKey, { ...kept, again: { target, key: login.key } })
      this.host.emit('connected', { target })
    } catch (error) {
      this.#takesFocus = false
      await this.#failed(describe(error), again)
      throw error
    }
  }

  /** Connects to the same target as before, without the password, which is not kept. */
  reconnect(): Promise<void> {
    return this.connect(this.target, { password: '', key: this.#key }, this.#token)
  }

  /** The form's token, or the result of the page's `ticket`, or the user's input. */
  get token(): string {
    return this.#token
  }

  set token(token: string) {
    this.#token = token
  }

  /** The session's state has changed, in this page or another that shows it. */
  changed(state: SessionState, target: Target | null): void {
    const before = this.state
    this.state = state
    if (target) this.target = target
    const { storageKey } = this.host.config
    const kept = keptSession(storageKey)
    if (kept) keepSession(storageKey, { ...kept, running: this.running })
    this.#status.update(state, this.who)
    this.#toolbar.update(state.name === 'idle' ? '' : this.title || this.who, this.running)
    this.host.emit('state', { state: state.name, before: before.name })
    this.#render(state)
  }

  #render(state: SessionState): void {
    const again = !this.#work.hidden
    switch (state.name) {
      case 'idle':
        this.#showForm()
        break
      case 'connecting':
        this.#form.busy('Connecting…')
        if (again) this.#banner.show({ title: 'Connecting…', advice: this.who }, [], { urgent: false })
        break
      case 'open':
        this.#form.busy(null)
        this.#banner.clear()
        this.#showTerminal()
        if (this.#takesFocus) this.focus()
        this.#takesFocus = false
        void this.files.refresh()
        break
      case 'stalled': {
        this.#showTerminal()
        const { since, nextIn } = state
        const due = Date.now() + nextIn
        this.#banner.show({ title: 'The network does not answer', advice: 'Your shell goes on. What you type is kept and sent when the network is back.' }, [{ label: 'Try now', act: () => void this.api.probe() }], {
          urgent: false, progress: () => `Silent for ${Math.max(0, Math.round((Date.now() - since) / 1000))} s${due > Date.now() ? `; next attempt in ${Math.ceil((due - Date.now()) / 1000)} s` : '; trying now'}.`,
        })
        break
      }
      case 'ended': {
        const { code, signal } = state.ending
        const how = signal ? `signal ${signal}` : code !== null ? `exit code ${code}` : 'no exit code'
        this.#showTerminal()
        this.#offer({ title: 'The shell has ended', advice: `${this.who}, ${how}.` }, 'Connect again')
        this.host.emit('exit', state.ending)
        break
      }
      case 'failed':
        this.#form.busy(null)
        if (again) this.#offer(explain(state.failure, this.target), 'Reconnect')
    }
  }

  /** Errors that only the page that asked is told. */
  async #failed(failure: Failure, again: boolean): Promise<void> {
    let explanation = explain(failure, this.target)
    // Keys that the page gives are not the user's to remove.
    if (failure.code === 'ERR_HOST_KEY_CHANGED' && this.host.config.knownHosts === null) {
      const { host, port } = this.target
      this.host.emit('attention')
      if (await warnChangedKey(this.dialogs, host, port, failure)) {
        await this.api.removeHostKeys(host, port)
        explanation = { ...explanation, advice: 'The old key was removed. Connect again, and the new one is shown to you.' }
      }
    }
    if (again) this.#offer(explanation, 'Reconnect')
    else {
      this.#form.fail(explanation)
      this.#form.focus()
    }
  }

  #offer(explanation: Explanation, label: string): void {
    this.#banner.show(explanation, [
      { label: 'Back to the form', act: () => void this.disconnect() },
      { label, act: () => void this.reconnect().catch(() => {}), primary: true },
    ])
  }

  #showTerminal(): void {
    const first = this.#work.hidden
    this.#formPlace.hidden = true
    this.#work.hidden = false
    this.view.open()
    if (!first) return
    this.styled()
    this.look()
  }

  #showForm(): void {
    this.#work.hidden = true
    this.#formPlace.hidden = false
    this.#banner.clear()
    this.files.toggle(false)
    this.view.terminal.reset()
    this.titled('')
    this.#form.busy(null)
    this.#saved.refresh()
  }

  titled(title: string): void {
    this.title = visible(title)
    this.#toolbar.update(this.state.name === 'idle' ? '' : this.title || this.who, this.running)
    this.host.emit('title', { title: this.title || (this.state.name === 'idle' ? '' : this.who) })
  }

  copy(): Promise<void> {
    return this.#clipboard.copy()
  }

  toggleFiles(shown?: boolean): void {
    if (!this.files.toggle(shown)) this.view.terminal.focus()
  }

  /** Opens a window with the pages of a web server behind the session. */
  async preview(target: PreviewTarget, path: string): Promise<void> {
    const { preview: origin } = this.host.config
    if (origin === '') throw new TypeError('the attribute preview names no origin')
    await (await import('../preview/open-preview.ts')).openPreview(this.api, { ...target, origin, path })
  }

  async editSettings(): Promise<void> {
    await editSettings(this.dialogs, this.appearance)
    this.focus()
  }

  async installKey(): Promise<void> {
    const key = await installKeyDialog(this.api, this.dialogs, this.who, (error) => {
      const { title, advice } = this.explain(error)
      return `${title}. ${advice}`
    })
    if (key) this.#key = key.id
    await this.#keys.refresh(key?.id)
  }

  get appearance() {
    const { theme, fontSize, screenReader } = this.host.config
    return { theme, fontSize, screenReader, ...settings() }
  }

  /** Colours and sizes have changed. */
  styled(): void {
    const { theme, fontSize, screenReader } = this.appearance
    this.host.element.dataset.theme = theme
    const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
    this.view.style(dark, fontSize, screenReader, this.host.element)
  }

  /** Tells the holder whether this page is visible, and has the focus. */
  look(): void {
    const shown = document.visibilityState === 'visible'
    const { activeElement } = this.host.element.getRootNode() as Document | ShadowRoot
    const focused = shown && document.hasFocus() && activeElement === this.host.element
    void this.#holder?.api.look(shown, focused).catch(() => {})
    if (focused) this.view.fit()
  }

  /** Leaves the terminal by keyboard: to what the page decides, otherwise to the toolbar. */
  leave(): void {
    if (this.host.request('leave', null) === undefined) this.#toolbar.focus()
  }

  focus(): void {
    if (!this.#work.hidden) this.view.terminal.focus()
    else this.#form.focus()
  }

  /** True if nothing runs, or the user agrees to end it. */
  async askToClose(): Promise<boolean> {
    if (!this.running) return true
    const asked = this.host.request<boolean>('close-request', { target: this.target })
    if (asked) return asked
    return this.dialogs.confirm('End this session?', [h('p', {}, `A shell runs at ${this.who}. What runs in it ends too; programs in tmux or screen go on.`)], 'End it', { danger: true, no: 'Keep it' })
  }

  async disconnect(): Promise<void> {
    await this.api.close()
  }

  /** This page goes away; the session stays as long as `persist` says. */
  stop(): void {
    const link = this.#link
    this.#link = this.#holder = this.#starting = undefined
    void link?.then(async (holder) => {
      await Promise.race([holder.api.leave(), new Promise((resolve) => setTimeout(resolve, 1000))]).catch(() => {})
      holder.end()
    }).catch(() => {})
  }
}
