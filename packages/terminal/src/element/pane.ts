import { FilesPanel } from '../files/files-panel.ts'
import type { Attached, Failure, HolderApi, Login, SessionState, Target } from '../session/messages.ts'
import { describe } from '../session/rpc.ts'
import { type HolderLink, startHolder } from '../session/start-holder.ts'
import { ConnectionForm } from '../ui/connection-form.ts'
import { Dialogs } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { type Explanation, explain } from '../ui/explain.ts'
import { toggleFullScreen } from '../ui/full-screen.ts'
import { confirmGateway, warnChangedKey } from '../ui/trust-dialogs.ts'
import type { PreviewTarget } from '../preview/names.ts'
import { address } from '../session/address.ts'
import { holderLock } from '../session/holder-names.ts'
import { installKeyDialog } from '../ui/key-dialog.ts'
import { KeyPicker } from '../ui/key-picker.ts'
import { SavedConnections } from '../ui/saved-connections.ts'
import { editSettings, settings } from '../ui/settings.ts'
import { StatusBar } from '../ui/status-bar.ts'
import { TerminalView } from '../ui/terminal-view.ts'
import { Toolbar } from '../ui/toolbar.ts'
import { visible } from '../ui/visible.ts'
import { afterStart } from './after-start.ts'
import { ClipboardWays } from './clipboard-ways.ts'
import { ComingFocus } from './coming-focus.ts'
import { followDrops } from './drops.ts'
import { changeKept, keepSession, type KeptSession, keptSession } from './kept-session.ts'
import { openLink } from './links.ts'
import { checkTmuxName } from '../session/tmux-name.ts'
import { SessionBanner } from './session-banner.ts'
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
  readonly #banner = new SessionBanner({ back: () => void this.disconnect(), again: () => void this.reconnect().catch(() => {}), probe: () => void this.api.probe() })
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
  /** A page that has asked to connect: its terminal takes the focus at the moment it is shown, before anybody can type into nothing. */
  readonly #focus: ComingFocus
  #room = { columns: 80, rows: 24 }

  constructor(host: PaneHost, place: ShadowRoot) {
    this.host = host
    this.dialogs = new Dialogs(place, () => host.emit('attention'))
    this.#focus = new ComingFocus(host.element)
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
    this.files = new FilesPanel({ api: () => this.api, dialogs: this.dialogs, close: () => this.toggleFiles(false), explain: (error) => this.#inWords(error) })
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

  readonly api: HolderApi = afterStart(() => this.start(), () => this.#holder?.api)

  get who(): string {
    return `${this.target.username}@${address(this.target.host, this.target.port)}`
  }

  /** Whether a shell runs. */
  get running(): boolean {
    return this.state.name === 'open' || this.state.name === 'stalled'
  }

  /** Its programs go on in tmux when the connection ends. */
  get inTmux(): boolean {
    return 'welcome' in this.state && this.state.welcome.inTmux
  }

  explain(error: unknown): Explanation {
    return explain(describe(error), this.target)
  }

  #inWords(error: unknown): string {
    const { title, advice } = this.explain(error)
    return `${title}. ${advice}`
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
    const { worker, serviceWorker, persist, storageKey } = this.host.config
    if (this.#starting) return this.#starting
    const link = this.#link = startHolder(pageApi(this), { worker, serviceWorker }, persist !== 'none')
    return this.#starting ??= link.then(async (holder) => {
      this.#holder = holder
      const attached = await holder.api.attach(keptSession(storageKey)?.id ?? null, holder.lock)
      this.#watch(holder)
      this.#joined(attached, storageKey)
      this.#keys.refresh(keptSession(storageKey)?.again?.key ?? '').catch(() => {})
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
    keepSession(storageKey, { running: false, inTmux: false, ...before, id })
    if (title !== '') this.titled(title)
    this.files.show(transfers)
    this.changed(state, target)
    if (before?.running && before.id !== id) this.#lost(before)
    this.look()
  }

  /** The session that this page had before a reload has ended with it. */
  #lost({ inTmux, again }: KeptSession): void {
    if (again) {
      const { jump = [], ...target } = again.target
      this.#form.fill({ ...this.#start(), ...target })
      this.#form.jump = jump.map(({ username, host, port }) => `${username}@${address(host, port)}`).join(', ')
    }
    // The programs go on in tmux, and the key is here: nobody has to be asked, unless for a token.
    const asks = again?.token && this.host.config.ticket === null && this.host.config.token === ''
    if (inTmux && again && again.key !== '' && !asks) void this.connect(again.target, { password: '', key: again.key }, this.host.config.token).catch(() => {})
    else if (inTmux) this.#form.fail({ title: 'Log in again to go on', advice: 'This browser has ended the connection with the page. What runs in tmux on the server goes on, and is shown again when you are logged in.' })
    else this.#form.fail({ title: 'The session ended with the page', advice: 'This browser ends it when its last page is left. Programs in tmux or screen go on: connect again.' })
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
    this.#focus.ask()
    try {
      const { env, persist, knownHosts, obscureKeystrokes } = this.host.config
      const tmuxSession = checkTmuxName(this.host.config.tmuxSession)
      await this.api.connect(target, login, { ...this.#room, env, persist, tmuxSession, knownHosts, obscureKeystrokes })
      this.#form.forget()
      this.#saved.add({ gateway: target.gateway, host: target.host, port: target.port, username: target.username })
      changeKept(this.host.config.storageKey, { again: { target, key: login.key, token: token !== '' } })
      this.host.emit('connected', { target })
    } catch (error) {
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
    if (state.name !== 'stalled') this.dialogs.endPassing()
    if (!this.running) this.view.forgetInput()
    if (target) this.target = target
    changeKept(this.host.config.storageKey, { running: this.running, inTmux: this.inTmux })
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
        if (again) this.#banner.connecting(this.who)
        break
      case 'open':
        this.#form.busy(null)
        this.#banner.clear()
        this.#showTerminal()
        if (this.#focus.take()) this.focus()
        void this.files.refresh()
        break
      case 'stalled':
        this.#showTerminal()
        this.#banner.stalled(state)
        break
      case 'ended':
        this.#showTerminal()
        this.#banner.ended(state.ending, this.who)
        this.host.emit('exit', state.ending)
        break
      case 'failed':
        this.#form.busy(null)
        if (again) this.#banner.offer(explain(state.failure, this.target), 'Reconnect')
    }
  }

  /** Errors that only the page that asked is told. */
  async #failed(failure: Failure, again: boolean): Promise<void> {
    let explanation = explain(failure, this.target)
    const comes = this.#focus.take()
    // Keys that the page gives are not the user's to remove.
    if (failure.code === 'ERR_HOST_KEY_CHANGED' && this.host.config.knownHosts === null) {
      const { host, port } = this.target
      if (await warnChangedKey(this.dialogs, host, port, failure)) {
        await this.api.removeHostKeys(host, port)
        explanation = { ...explanation, advice: 'The old key was removed. Connect again, and the new one is shown to you.' }
      }
    }
    if (again) this.#banner.offer(explanation, 'Reconnect')
    else {
      this.#form.fail(explanation)
      if (comes) this.#form.focus()
    }
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
    const key = await installKeyDialog(this.api, this.dialogs, this.who, (error) => this.#inWords(error))
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

  /** True if nothing ends by it, or the user agrees to end it. */
  async askToClose(): Promise<boolean> {
    if (!this.running || this.inTmux) return true
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
