import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import { h } from './dom.ts'
import { InputSender, type Place } from './input-sender.ts'
import { KeyBar } from './key-bar.ts'
import { SearchBar } from './search-bar.ts'
import { themeOf } from './terminal-theme.ts'

export interface ViewEvents {
  /** Typed and pasted text, and the terminal's own answers to programs, which nobody has `typed`. */
  input(data: Uint8Array, typed: boolean): Promise<void>
  /** The space has room for this size. */
  room(columns: number, rows: number): void
  /** The terminal's size has changed. */
  sized(columns: number, rows: number): void
  /** The user leaves the terminal by keyboard. */
  leave(): void
  link(address: string): void
  /** A program wants to write the clipboard (OSC 52). */
  clipboard(text: string): void
  /** The paste key was pressed. */
  paste(): void
  copy(): void
}

const FONTS = 'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace'
/** The most characters of an OSC 52. */
const CLIPBOARD_BOUND = 1 << 20

/** A terminal that fills its container, its search, and the keys that phones lack. */
export class TerminalView {
  readonly element: HTMLElement
  readonly terminal: Terminal
  readonly keyBar: KeyBar
  readonly search: SearchBar
  readonly #events: ViewEvents
  readonly #fit = new FitAddon()
  readonly #place = h('div', { class: 'terminal-place', part: 'terminal' })
  readonly #sender: InputSender
  #touched = false
  #inserting = false
  readonly #observer = new ResizeObserver(() => this.fit())

  constructor(events: ViewEvents) {
    this.#events = events
    this.#sender = new InputSender((data, typed) => events.input(data, typed))
    const link = (event: MouseEvent, address: string) => {
      event.preventDefault()
      events.link(address)
    }
    this.terminal = new Terminal({
      allowProposedApi: true, fontFamily: FONTS, minimumContrastRatio: 4.5, scrollback: 5000, cursorBlink: false, macOptionIsMeta: true,
      linkHandler: { activate: link, allowNonHttpProtocols: true },
    })
    const search = new SearchAddon()
    for (const addon of [this.#fit, search, new UnicodeGraphemesAddon(), new WebLinksAddon(link)]) this.terminal.loadAddon(addon)
    this.keyBar = new KeyBar(this.terminal, () => events.paste())
    this.search = new SearchBar(search, () => this.terminal.focus())
    this.element = h('div', { class: 'terminal-view' }, this.search.element, this.#place, this.keyBar.element)
    const encoder = new TextEncoder()
    this.terminal.onData((text) => this.#sender.send(encoder.encode(this.#inserting ? text : this.keyBar.modify(text)), this.#typed()))
    this.terminal.onBinary((text) => this.#sender.send(Uint8Array.from(text, (character) => character.charCodeAt(0)), this.#typed()))
    for (const type of ['keydown', 'beforeinput', 'compositionend', 'paste', 'pointerdown', 'pointermove', 'wheel']) this.element.addEventListener(type, () => { this.#touched = true }, { capture: true, passive: true })
    this.terminal.onResize(({ cols, rows }) => events.sized(cols, rows))
    this.terminal.parser.registerOscHandler(52, (data) => this.#clipboard(data))
    this.terminal.attachCustomKeyEventHandler((event) => this.#key(event))
    // Replaces xterm's own handler: a paste may need a question first.
    this.#place.addEventListener('paste', (event) => {
      event.preventDefault()
      event.stopPropagation()
      this.paste(event.clipboardData?.getData('text/plain') ?? '')
    }, { capture: true })
  }

  /** Set by the element, which may ask first. */
  paste: (text: string) => void = (text) => this.insert(text)

  #key(event: KeyboardEvent): boolean {
    const taken = (act: () => void): false => {
      event.preventDefault()
      if (event.type === 'keydown') act()
      return false
    }
    if (event.key === 'Escape' && event.shiftKey) return taken(() => this.#events.leave())
    const shifted = event.ctrlKey && event.shiftKey && !event.altKey
    if (shifted && event.code === 'KeyC') return taken(() => this.#events.copy())
    if (shifted && event.code === 'KeyV') return taken(() => this.#events.paste())
    if (shifted && event.code === 'KeyF') return taken(() => this.search.open(this.terminal.getSelection().split('\n')[0]))
    return true
  }

  /** Programs may write the clipboard if the user allows it; they never read it. */
  #clipboard(data: string): boolean {
    const [, encoded = ''] = /^[a-z0-9]*;(.*)$/s.exec(data) ?? []
    if (encoded === '?' || encoded.length > CLIPBOARD_BOUND) return true
    try {
      this.#events.clipboard(new TextDecoder().decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))))
    } catch {
      // Invalid base64: nothing is written.
    }
    return true
  }

  /** Whether a person has caused what comes now: xterm.js does not say it of its data. */
  #typed(): boolean {
    const touched = this.#touched
    this.#touched = false
    return touched
  }

  /** Keeps the place of a paste whose text is not known yet. */
  reserve(): Place {
    return this.#sender.reserve()
  }

  /** Puts text in as a paste, at the place that was kept: with brackets, where the program wants them. Empty text only ends the waiting. */
  insert(text: string, place = this.reserve()): void {
    this.#sender.release(place, () => {
      if (text === '') return
      this.#touched = this.#inserting = true
      this.terminal.paste(text)
      this.#inserting = false
    })
  }

  /** The shell has ended. */
  forgetInput(): void {
    this.#sender.forget()
  }

  /** Sends bytes as if they had been typed. */
  send(data: Uint8Array): void {
    this.#sender.send(data, true)
  }

  /** Called once the element is in the page. */
  open(): void {
    if (!this.terminal.element) {
      this.terminal.open(this.#place)
      this.terminal.textarea?.setAttribute('aria-label', 'Terminal')
      this.#observer.observe(this.#place)
    }
    this.fit()
  }

  fit(): void {
    if (!this.terminal.element || this.#place.clientHeight === 0) return
    const size = this.#fit.proposeDimensions()
    if (size && Number.isFinite(size.cols) && Number.isFinite(size.rows)) this.#events.room(size.cols, size.rows)
  }

  /** Sets the session's size: that of the page with the focus. */
  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows)
  }

  write(data: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => this.terminal.write(data, resolve))
  }

  async snapshot(text: string, columns: number, rows: number): Promise<void> {
    this.terminal.reset()
    this.terminal.resize(columns, rows)
    await this.write(text)
  }

  style(dark: boolean, fontSize: number, screenReaderMode: boolean, host: HTMLElement): void {
    const { options } = this.terminal
    options.theme = themeOf(dark, host)
    options.fontSize = fontSize
    options.screenReaderMode = screenReaderMode
    const own = getComputedStyle(host)
    options.fontFamily = own.getPropertyValue('--ssh-terminal-font').trim() || FONTS
    options.lineHeight = Number(own.getPropertyValue('--ssh-terminal-line-height')) || 1
    this.fit()
  }

  /** The visible lines, without trailing blanks. */
  text(): string {
    const { active } = this.terminal.buffer
    const lines = Array.from({ length: this.terminal.rows }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true).trimEnd() ?? '')
    return lines.join('\n').trimEnd()
  }

  dispose(): void {
    this.#observer.disconnect()
    this.terminal.dispose()
  }
}
