import { h, iconButton, button } from '../ui/dom.ts'
import type { Hop } from '../session/messages.ts'
import { toggleFullScreen } from '../ui/full-screen.ts'
import { adoptStyles } from './styles.ts'
import { SshTerminal, type Ticket } from './ssh-terminal.ts'
import { TMUX_SESSION } from '../session/tmux-name.ts'
import { freeNumber, type KeptTab, keptTabs, keepTabs } from './kept-tabs.ts'

interface Entry extends KeptTab {
  readonly terminal: SshTerminal
  readonly handle: HTMLButtonElement
  readonly place: HTMLElement
  readonly panel: HTMLElement
}

/** Attributes that each terminal inherits from this element. */
const HANDED_ON = ['gateway', 'host', 'port', 'user', 'persist', 'service-worker', 'tmux-session', 'autoconnect', 'key-bar', 'theme', 'font-size', 'screen-reader', 'obscure-keystrokes', 'preview', 'lang']

/**
 * Several terminals in tabs. Attributes and properties are those of `<ssh-terminal>` and apply to each.
 *
 * @tagname ssh-terminals
 * @slot toolbar-end - at the end of the bar with the tabs
 * @csspart tabs - the bar with the tabs
 * @csspart tab - one tab with its close button
 */
export class SshTerminals extends HTMLElement {
  static readonly observedAttributes: readonly string[] = HANDED_ON

  ticket: Ticket | null = null
  token: string = ''
  /** See `link` of `<ssh-terminal>`. */
  link: string = ''
  hostKeys: string | null = null
  worker: string | URL | null = null
  env: Readonly<Record<string, string>> = {}
  jump: readonly Hop[] = []

  readonly #entries: Entry[] = []
  #current: Entry | undefined
  #started = false
  readonly #strip = h('div', { class: 'tabs', onkeydown: (event) => this.#key(event) })
  /** A tab list may only contain tabs, so their close buttons are beside them. */
  readonly #list = h('div', { class: 'visually-hidden', role: 'tablist', 'aria-label': 'Connections' })
  readonly #panels = h('div', { class: 'panels' })
  readonly #files = button('Files', () => this.current?.toggleFiles(), { class: 'quiet', disabled: true })
  readonly #find = iconButton('search', 'Find', () => this.current?.find(), { disabled: true })
  readonly #keys = iconButton('key', 'Log in with a key', () => void this.current?.installKeyDialog(), { disabled: true })

  connectedCallback(): void {
    if (this.#started) return
    this.#started = true
    const root = this.attachShadow({ mode: 'open' })
    adoptStyles(root)
    root.append(h('div', { class: 'many' }, h('header', { class: 'top', part: 'tabs' }, h('span', { class: 'brand', 'aria-hidden': 'true' }, '❯_'), this.#list, this.#strip, iconButton('plus', 'New tab', () => { this.add() }),
      h('span', { class: 'space' }), this.#files, this.#find, this.#keys, h('slot', { name: 'toolbar-end' }), ...document.fullscreenEnabled ? [iconButton('whole', 'Full screen', () => void toggleFullScreen(this).catch(() => {}), { class: 'icon whole' })] : [], iconButton('settings', 'Settings', () => void this.current?.editSettings())), this.#panels))
    const kept = keptTabs(this.#storageKey)
    for (const { id, number } of kept) this.#add(id, number)
    if (kept.length === 0) this.add()
    if (kept.length > 0) this.#show(this.#entries[0] as Entry, true)
  }

  attributeChangedCallback(name: string, _before: string | null, value: string | null): void {
    for (const entry of this.#entries) handOn(entry.terminal, name, ofTab(name, value, entry.number))
  }

  /** The visible terminal. */
  get current(): SshTerminal | undefined {
    return this.#current?.terminal
  }

  /** All of them, in the order of their tabs. */
  get terminals(): readonly SshTerminal[] {
    return this.#entries.map(({ terminal }) => terminal)
  }

  get #storageKey(): string {
    return `libssh2-wasm-terminals:${location.pathname}:${this.id}`
  }

  /** Adds a tab. @param id under which a reload finds its session again */
  add(id: string = crypto.randomUUID()): SshTerminal {
    return this.#add(id, freeNumber(this.#entries))
  }

  #add(id: string, number: number): SshTerminal {
    const terminal = new SshTerminal()
    terminal.id = `ssh-terminal-${id}`
    terminal.setAttribute('no-toolbar', '')
    for (const name of HANDED_ON) handOn(terminal, name, ofTab(name, this.getAttribute(name), number))
    const { ticket, token, hostKeys, worker, env, jump, link } = this
    Object.assign(terminal, { ticket, token, hostKeys, worker, env, jump, ...link !== '' && { link } })
    const handle = button('New connection', () => this.#show(entry, true), { role: 'tab', id: `tab-${id}`, 'aria-controls': `panel-${id}`, 'aria-keyshortcuts': 'Delete' })
    const panel = h('div', { class: 'tab-panel', role: 'tabpanel', id: `panel-${id}`, 'aria-labelledby': handle.id }, terminal)
    const place = h('div', { class: 'tab', part: 'tab' }, handle, iconButton('close', 'Close this tab', () => void this.close(terminal), { tabIndex: -1 }))
    const entry: Entry = { id, number, terminal, handle, place, panel }
    this.#listen(entry)
    this.#entries.push(entry)
    this.#strip.append(place)
    this.#panels.append(panel)
    this.#keep()
    this.#show(entry, true)
    return terminal
  }

  #listen(entry: Entry): void {
    const { terminal, handle } = entry
    const name = (title: string) => {
      handle.textContent = handle.title = title || 'New connection'
      if (this.#current === entry) this.#reveal(entry)
    }
    terminal.addEventListener('ssh-title', (event) => name((event as CustomEvent<{ title: string }>).detail.title))
    terminal.addEventListener('ssh-state', () => {
      handle.dataset.state = terminal.state
      name(terminal.sessionTitle)
      this.#update()
    })
    terminal.addEventListener('ssh-bell', () => { if (this.#current !== entry || document.visibilityState !== 'visible') handle.classList.add('bell') })
    terminal.addEventListener('ssh-attention', () => this.#show(entry, false))
    terminal.addEventListener('ssh-leave', (event) => {
      event.preventDefault()
      handle.focus()
    })
  }

  #update(): void {
    for (const one of [this.#files, this.#find, this.#keys]) one.disabled = this.current?.running !== true
  }

  /** Moves the strip until all of a tab is seen, its close button too; the page around the element stays where it is. */
  #reveal({ place }: Entry): void {
    const strip = this.#strip.getBoundingClientRect(), tab = place.getBoundingClientRect()
    if (tab.right > strip.right) this.#strip.scrollLeft += tab.right - strip.right
    else if (tab.left < strip.left) this.#strip.scrollLeft -= strip.left - tab.left
  }

  #show(entry: Entry, focus: boolean): void {
    this.#current = entry
    for (const other of this.#entries) {
      const shown = other === entry
      other.handle.setAttribute('aria-selected', String(shown))
      other.handle.tabIndex = shown ? 0 : -1
      other.place.classList.toggle('shown', shown)
      other.panel.hidden = !shown
    }
    entry.handle.classList.remove('bell')
    this.#reveal(entry)
    entry.terminal.fit()
    if (focus) entry.terminal.focus()
    this.#update()
  }

  /** Closes a tab and ends its session; asks first while a shell runs. Resolves with whether it was closed. */
  async close(terminal: SshTerminal): Promise<boolean> {
    const entry = this.#entries.find((one) => one.terminal === terminal)
    if (!entry || !await terminal.askToClose()) return false
    const at = this.#entries.indexOf(entry)
    if (at < 0) return false
    this.#entries.splice(at, 1)
    await terminal.disconnect().catch(() => {})
    entry.place.remove()
    entry.panel.remove()
    const next = this.#entries[Math.min(at, this.#entries.length - 1)]
    if (!next) this.add()
    else if (this.#current === entry) this.#show(next, true)
    this.#keep()
    return true
  }

  #keep(): void {
    this.#list.setAttribute('aria-owns', this.#entries.map(({ handle }) => handle.id).join(' '))
    keepTabs(this.#storageKey, this.#entries)
  }

  /** Arrow keys move along the strip, as in any tab list; Delete closes. */
  #key(event: KeyboardEvent): void {
    const at = this.#entries.findIndex(({ handle }) => handle === event.target)
    if (at < 0) return
    const last = this.#entries.length - 1
    if (event.key === 'Delete') return void this.close((this.#entries[at] as Entry).terminal)
    const to = { ArrowLeft: at === 0 ? last : at - 1, ArrowRight: at === last ? 0 : at + 1, Home: 0, End: last }[event.key]
    const next = to === undefined ? undefined : this.#entries[to]
    if (!next) return
    event.preventDefault()
    this.#show(next, false)
    next.handle.focus()
  }
}

/** Each tab has a tmux session of its own: the first `NAME`, the second `NAME-2`, and so on. */
function ofTab(name: string, value: string | null, number: number): string | null {
  return name === 'tmux-session' && number > 1 ? `${value || TMUX_SESSION}-${number}` : value
}

function handOn(terminal: SshTerminal, name: string, value: string | null): void {
  if (value === null) terminal.removeAttribute(name)
  else terminal.setAttribute(name, value)
}
