import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { ShellAddon } from 'libssh2-wasm/xterm'
import { h } from './dom.ts'
import { KeyBar } from './key-bar.ts'
import { followSettings, settings } from './settings.ts'
import { DARK, LIGHT } from './terminal-theme.ts'

const systemDark = matchMedia('(prefers-color-scheme: dark)')
const FONTS = 'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace'

/** A terminal that fills its place, and the keys that phones lack. */
export class TerminalView {
  readonly element: HTMLElement
  readonly terminal: Terminal
  readonly shell = new ShellAddon()
  readonly keyBar: KeyBar
  readonly #fit = new FitAddon()
  readonly #place = h('div', { class: 'terminal-place' })

  /** @param leave called when the person wants out of the terminal by keyboard */
  constructor(leave: () => void) {
    this.terminal = new Terminal({ fontFamily: FONTS, minimumContrastRatio: 4.5, scrollback: 5000, cursorBlink: false })
    this.terminal.loadAddon(this.#fit)
    this.terminal.loadAddon(this.shell)
    this.keyBar = new KeyBar(this.terminal)
    this.element = h('div', { class: 'terminal-view' }, this.#place, this.keyBar.element)
    this.terminal.attachCustomKeyEventHandler((event) => {
      if (event.key !== 'Escape' || !event.shiftKey) return true
      if (event.type === 'keydown') leave()
      return false
    })
    followSettings(() => this.#style())
    systemDark.addEventListener('change', () => this.#style())
    new ResizeObserver(() => this.fit()).observe(this.#place)
  }

  /** Once the element is in the page. */
  open(): void {
    if (!this.terminal.element) this.terminal.open(this.#place)
    this.fit()
    this.terminal.focus()
  }

  fit(): void {
    if (this.terminal.element && this.#place.offsetParent) this.#fit.fit()
  }

  #style(): void {
    const { theme, fontSize, screenReader } = settings()
    this.terminal.options.theme = theme === 'dark' || (theme === 'auto' && systemDark.matches) ? DARK : LIGHT
    this.terminal.options.fontSize = fontSize
    this.terminal.options.screenReaderMode = screenReader
    this.fit()
  }

  dispose(): void {
    this.terminal.dispose()
  }
}
