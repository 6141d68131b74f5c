import type { Ending, Hop, Persist, SavedKey, SessionState, Target } from '../session/messages.ts'
import { borrowStream } from '../session/lent-stream.ts'
import { TMUX_SESSION } from '../session/tmux-name.ts'
import { environment } from '../session/environment.ts'
import { toggleFullScreen } from '../ui/full-screen.ts'
import { followSettings } from '../ui/settings.ts'
import { Pane } from './pane.ts'
import type { PaneConfig, PaneHost } from './pane-host.ts'
import { SshRequestEvent } from './request-event.ts'
import { parseLink } from './connection-link.ts'
import { adoptStyles } from './styles.ts'

/** A ticket or token for the gateway, or a function that returns one. `refused`: the last one was rejected. */
export type Ticket = string | ((request: { readonly resuming: boolean, readonly refused: boolean }) => string | Promise<string>)

const STATES = ['idle', 'connecting', 'open', 'stalled', 'ended', 'failed'] as const
let made = 0

/**
 * A terminal of a server, with its files: keys, passwords and text stay in the browser.
 *
 * @tagname ssh-terminal
 * @attr {string} gateway - `wss://…`, a gateway of libssh2-wasm or websockify
 * @attr {string} host - the SSH server, as the gateway reaches it
 * @attr {number} port - 22 by default
 * @attr {string} user - user name on the server
 * @attr {'none'|'resume'|'tmux'} persist - whether a session outlives a reload (`resume`, the default), not (`none`), or lives in tmux on the
 * server (`tmux`)
 * @attr {string} service-worker - the URL of the package's `service-worker.js` on the page's origin: it holds sessions where a SharedWorker would end with a reload
 * @attr {string} tmux-session - name of that session; `libssh2-wasm` by default
 * @attr {boolean} autoconnect - connects as soon as the element is in the page
 * @attr {boolean} files - shows the files panel from the start
 * @attr {'auto'|'always'|'never'} key-bar - keys that phones lack; `auto` shows them if the pointer is a finger
 * @attr {'auto'|'light'|'dark'} theme - colours; the user's own choice takes precedence
 * @attr {number} font-size - pixels, 8 to 32; 14 by default
 * @attr {boolean} screen-reader - gives screen readers the text of the terminal
 * @attr {string} lang - language of programs on the server, e.g. `de-AT`; by default the browser's
 * @attr {boolean} readonly - shows output, and sends no input
 * @attr {boolean} obscure-keystrokes - hides the timing of keystrokes from observers of the network (OpenSSH 9.5 and newer)
 * @attr {string} preview - an origin that serves the package's `dist/preview/` and nothing else: links to web servers on the SSH server are shown there
 * @attr {boolean} no-toolbar - hides the toolbar; the page has its own
 * @fires {CustomEvent<{ state: string, before: string }>} ssh-state - the session's state has changed
 * @fires {CustomEvent<{ target: Target }>} ssh-connected - a shell has started
 * @fires {CustomEvent<{ since: number, attempt: number }>} ssh-stalled - the network does not answer; the session waits
 * @fires {CustomEvent} ssh-resumed - the network is back, nothing was lost
 * @fires {CustomEvent<Failure>} ssh-lost - the session has failed
 * @fires {CustomEvent<Ending>} ssh-exit - the shell has ended
 * @fires {CustomEvent<{ title: string }>} ssh-title - a program has set the title
 * @fires {CustomEvent} ssh-bell - a program wants attention
 * @fires {CustomEvent<{ transfers: Transfer[] }>} ssh-transfer - transfers have progressed
 * @fires {CustomEvent} ssh-attention - the element asks the user something
 * @fires {SshRequestEvent} ssh-host-key - a new host key; `respondWith(true)` accepts it
 * @fires {SshRequestEvent} ssh-prompt - a password, passphrase or question; `respondWith(answer)`
 * @fires {SshRequestEvent} ssh-clipboard - a program wants to write the clipboard; `respondWith(true)` allows it
 * @fires {SshRequestEvent} ssh-link - a link was activated; `respondWith(true)` opens it
 * @fires {SshRequestEvent} ssh-close-request - the session is about to end while a shell runs; `respondWith(true)` ends it
 * @slot status - in the status bar
 * @slot toolbar-start - at the beginning of the toolbar
 * @slot toolbar-end - at the end of the toolbar
 * @slot empty - in place of the form, while there is no session
 * @csspart toolbar - the bar above
 * @csspart terminal - where xterm.js draws
 * @csspart status - the bar below
 * @csspart files - the files panel
 * @csspart row - a line of files or transfers
 * @csspart key-bar - the keys for phones
 * @csspart key - one of those keys
 * @csspart search - the search bar
 * @csspart dialog - each dialog
 * @cssprop --ssh-terminal-font - font of the terminal
 * @cssprop --ssh-terminal-line-height - 1 by default
 * @cssprop --ssh-terminal-background - background of the terminal
 * @cssprop --ssh-terminal-foreground - text of the terminal
 * @cssprop --ssh-terminal-accent - buttons, links, focus
 * @cssprop --ssh-terminal-danger - warnings
 * @cssprop --ssh-terminal-radius - corners of controls
 * @cssstate idle @cssstate connecting @cssstate open @cssstate stalled @cssstate ended @cssstate failed
 */
export class SshTerminal extends HTMLElement {
  static readonly observedAttributes: readonly string[] = ['gateway', 'host', 'port', 'user', 'theme', 'font-size', 'screen-reader', 'files']
  /** The URL of this package's `holder.js`, for all elements, on the page's own origin. `null`: beside the element's own file, as bundlers find it. */
  static worker: string | URL | null = null

  /** A token, or a function that returns a new one each time. `null`: the user types one. */
  ticket: Ticket | null = null
  /** known_hosts text: only its keys are then accepted, and nobody is asked. */
  hostKeys: string | null = null
  /** Jump hosts on the way to the server, in order. */
  jump: readonly Hop[] = []
  /** More variables for the shell; servers refuse most names, which is no error. */
  env: Readonly<Record<string, string>> = {}
  /** The URL of `holder.js`, for this element. */
  worker: string | URL | null = null
  /** Fills the form's token field. */
  token: string = ''

  #link = ''
  /** The gateway that a link has named in place of the page's own. */
  #linkedGateway = ''

  readonly #internals = this.attachInternals()
  readonly #number = ++made
  #pane: Pane | undefined
  #here: AbortController | undefined
  #leaving: ReturnType<typeof setTimeout> | undefined

  connectedCallback(): void {
    clearTimeout(this.#leaving)
    if (this.#here) return
    const { signal } = this.#here = new AbortController()
    if (this.hasAttribute('token')) this.token = this.getAttribute('token') ?? ''
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true })
    if (!this.#pane) {
      adoptStyles(root)
      this.#pane = new Pane(this.#paneHost(), root)
      root.append(this.#pane.element)
    }
    const pane = this.#pane
    const look = () => pane.look()
    document.addEventListener('visibilitychange', look, { signal })
    this.addEventListener('focusin', look, { signal })
    globalThis.addEventListener('focus', look, { signal })
    globalThis.addEventListener('beforeunload', (event) => { if (pane.running && !pane.inTmux) event.preventDefault() }, { signal })
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => pane.styled(), { signal })
    followSettings(() => pane.styled(), signal)
    pane.styled()
    void pane.start().then(async () => {
      if (this.hasAttribute('files') && pane.running) pane.toggleFiles(true)
      if (this.hasAttribute('autoconnect') && parseLink(this.#link) === null && pane.state.name === 'idle' && !signal.aborted) await this.connect().catch(() => {})
    })
  }

  /** Frameworks move elements about: an element that is back at once has never left. */
  disconnectedCallback(): void {
    this.#leaving = setTimeout(() => {
      this.#here?.abort()
      this.#here = undefined
      this.#pane?.stop()
    })
  }

  attributeChangedCallback(name: string): void {
    if (!this.#pane || !this.#here) return
    if (['theme', 'font-size', 'screen-reader'].includes(name)) this.#pane.styled()
    else if (name === 'files') this.#pane.toggleFiles(this.hasAttribute('files'))
    else this.#pane.configured()
  }

  #paneHost(): PaneHost {
    const internals = this.#internals
    return {
      element: this,
      config: this.#config(),
      emit: (name, detail) => {
        if (name === 'state') this.#stateChanged(internals, detail as { state: SessionState['name'], before: SessionState['name'] })
        this.dispatchEvent(new CustomEvent(`ssh-${name}`, { bubbles: true, composed: true, detail }))
      },
      request: <T>(name: string, detail: unknown) => {
        const event = new SshRequestEvent<unknown, T>(`ssh-${name}`, detail)
        this.dispatchEvent(event)
        return event.answer ?? (event.defaultPrevented ? Promise.resolve(null as T) : undefined)
      },
    }
  }

  #stateChanged({ states }: ElementInternals, { state, before }: { state: SessionState['name'], before: SessionState['name'] }): void {
    for (const one of STATES) states.delete(one)
    states.add(state)
    const now = this.#pane?.state
    const tell = (name: string, detail?: unknown) => this.dispatchEvent(new CustomEvent(`ssh-${name}`, { bubbles: true, composed: true, detail }))
    if (now?.name === 'stalled') tell('stalled', { since: now.since, attempt: now.attempt, nextIn: now.nextIn, unacknowledged: now.unacknowledged })
    else if (state === 'open' && before === 'stalled') tell('resumed')
    else if (now?.name === 'failed' && (before === 'open' || before === 'stalled')) tell('lost', now.failure)
  }

  /** Reads them each time: attributes and properties may change at any moment. */
  #config(): PaneConfig {
    const text = (name: string) => this.getAttribute(name) ?? ''
    const element = this
    return {
      get gateway() { return text('gateway') },
      get host() { return text('host') },
      get port() { return Number(text('port')) || 22 },
      get user() { return text('user') },
      get jump() { return element.jump },
      get persist() { return element.persist },
      get tmuxSession() { return text('tmux-session') || TMUX_SESSION },
      get readOnly() { return element.hasAttribute('readonly') },
      get obscureKeystrokes() { return element.hasAttribute('obscure-keystrokes') },
      get env() { return { ...environment(element.lang === '' ? navigator.languages : [element.lang]), ...element.env } },
      get knownHosts() { return element.hostKeys },
      get theme() {
        const theme = text('theme')
        return theme === 'light' || theme === 'dark' ? theme : 'auto'
      },
      get fontSize() { return Math.min(32, Math.max(8, Number(text('font-size')) || 14)) },
      get screenReader() { return element.hasAttribute('screen-reader') },
      get serviceWorker() { return text('service-worker') },
      get worker() { return element.worker ?? SshTerminal.worker },
      get ticket() {
        const { ticket } = element
        return ticket === null ? null : typeof ticket === 'string' ? () => ticket : ticket
      },
      get token() { return element.token },
      get linkedGateway() { return element.#linkedGateway },
      get preview() { return text('preview') },
      get storageKey() { return `libssh2-wasm-terminal:${location.pathname}:${element.id || element.#number}` },
    }
  }

  get #parts(): Pane {
    if (!this.#pane) throw new Error('the element is not in a page')
    return this.#pane
  }

  /** How long a session outlives its pages. */
  get persist(): Persist {
    const value = this.getAttribute('persist')
    return value === 'none' || value === 'tmux' ? value : 'resume'
  }

  set persist(value: Persist) {
    this.setAttribute('persist', value)
  }

  /**
   * A link to a connection, `#ssh://user@host:22` or `#host=…&port=…&user=…&gateway=…`, e.g. `location.hash`. It fills the form and never connects, not even with `autoconnect`.
   * If it names another gateway than the page, the user is asked before anything is sent there.
   */
  get link(): string {
    return this.#link
  }

  set link(text: string) {
    this.#link = text
    const link = parseLink(text)
    this.#linkedGateway = link && link.gateway !== '' && link.gateway !== this.getAttribute('gateway') ? link.gateway : ''
    for (const [name, value] of Object.entries(link ?? {})) if (value !== '') this.setAttribute(name, value)
  }

  /** The session's current state. */
  get state(): SessionState['name'] {
    return this.#pane?.state.name ?? 'idle'
  }

  /** Whether a shell runs. */
  get running(): boolean {
    return this.#pane?.running ?? false
  }

  /** Why the session has failed; `null` if it has not. */
  get error(): unknown {
    const state = this.#pane?.state
    return state?.name === 'failed' ? state.failure : null
  }

  /** How the shell ended; `null` if it has not. */
  get ending(): Ending | null {
    const state = this.#pane?.state
    return state?.name === 'ended' ? state.ending : null
  }

  /** The title that a program has set, otherwise user and host. */
  get sessionTitle(): string {
    const pane = this.#pane
    return !pane || pane.state.name === 'idle' ? '' : pane.title || pane.who
  }

  /** The xterm.js terminal, for its own API. */
  get terminal() {
    return this.#parts.view.terminal
  }

  /** Connects to the target in the attributes. @param login a password, and which of the saved keys, if any. @throws Error with the `failure` of the session */
  async connect(login: { readonly password?: string, readonly key?: string } = {}): Promise<void> {
    const pane = this.#parts
    await pane.start()
    const { gateway, host, port, user: username, jump } = this.#config()
    if (gateway === '' || host === '' || username === '') throw new TypeError('gateway, host and user must be set before connect()')
    const target: Target = { gateway, host, port, username, ...jump?.length && { jump } }
    await pane.connect(target, { password: login.password ?? '', key: login.key ?? '' }, this.token)
  }

  /** Ends the session for every page that shows it. */
  disconnect(): Promise<void> {
    return this.#parts.disconnect()
  }

  /** Connects to the same target again. */
  reconnect(): Promise<void> {
    return this.#parts.reconnect()
  }

  /** Asks the user, if a shell runs; resolves with whether the element may close. */
  askToClose(): Promise<boolean> {
    return this.#parts.askToClose()
  }

  override focus(): void {
    this.#pane?.focus()
  }

  /** Adapts to the size of its container. It does so automatically when that changes. */
  fit(): void {
    this.#pane?.view.fit()
  }

  /** Opens the search, with `text` in it. */
  find(text = ''): void {
    this.#parts.view.search.open(text)
  }

  /** The selected text. */
  get selection(): string {
    return this.#parts.view.terminal.getSelection()
  }

  /** Copies the selected text. Call it from an event of the user, as browsers require. */
  copy(): Promise<void> {
    return this.#parts.copy()
  }

  /** Fills the screen, or no longer: then Ctrl+W, Ctrl+T and Ctrl+N reach the server, where the browser allows that. */
  fullScreen(): Promise<void> {
    return toggleFullScreen(this)
  }

  /** Pastes as if the user had, with the question before several lines. */
  paste(text: string): void {
    this.#parts.view.paste(text)
  }

  /** Sends bytes or text as if they had been typed. */
  send(data: string | Uint8Array): void {
    this.#parts.view.send(typeof data === 'string' ? new TextEncoder().encode(data) : data)
  }

  /** The visible lines. */
  screenText(): string {
    return this.#pane?.view.text() ?? ''
  }

  /** Uploads a file. Until all of it has arrived, the file at `path` stays as it is. */
  upload(file: File, path: string): Promise<void> {
    return this.#parts.api.upload(file, path, false)
  }

  /** The contents of a file on the server. */
  async download(path: string): Promise<Blob> {
    return await this.#parts.api.download(path, path.split('/').at(-1) ?? path, false, null) as Blob
  }

  /** Shows the files panel, hides it, or toggles it. */
  toggleFiles(shown?: boolean): void {
    this.#parts.toggleFiles(shown)
  }

  /** Opens the dialog of settings. */
  editSettings(): Promise<void> {
    return this.#parts.editSettings()
  }

  /** Opens the dialog that puts a key of this browser on the server. */
  installKeyDialog(): Promise<void> {
    return this.#parts.installKey()
  }

  /** A TCP connection from the server to `host:port`, inside the SSH session. */
  async openTcp(host: string, port: number): Promise<{ readonly readable: ReadableStream<Uint8Array>, readonly writable: WritableStream<Uint8Array> }> {
    const { port1, port2 } = new MessageChannel()
    await this.#parts.api.openTcp(host, port, port2)
    return borrowStream(port1)
  }

  /**
   * Shows the pages of a web server behind the session in a window of their own, at the origin of `preview`. Call it from an event of the user.
   * @param port on the SSH server's `localhost`, or on `options.host`
   * @throws TypeError if there is no `preview`, or it is this page's own origin
   */
  openPreview(port: number, { host = 'localhost', path = '/' }: { readonly host?: string, readonly path?: string } = {}): Promise<void> {
    return this.#parts.preview({ host, port }, path)
  }

  /** A new Ed25519 key of this browser; `line` is for `authorized_keys`. */
  createKey(comment = 'made in a browser'): Promise<SavedKey> {
    return this.#parts.api.createKey(comment)
  }

  /**
   * Writes a key into the server's `authorized_keys` and tries it on a second connection. Resolves with whether the line is new.
   * @param options `days`: after which the server refuses it; by default never
   */
  installKey(id: string, { days = null }: { readonly days?: number | null } = {}): Promise<boolean> {
    return this.#parts.api.installKey(id, days)
  }
}
