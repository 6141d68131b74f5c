import type { Terminal } from '@xterm/xterm'
import type { Shell } from 'libssh2-wasm/xterm'
import { button, h } from './dom.ts'

/** Label, what it says to a screen reader, what it sends; arrows depend on the terminal's mode. */
const KEYS: readonly (readonly [label: string, name: string, data: string])[] = [
  ['Esc', 'Escape', '\x1b'], ['Tab', 'Tab', '\t'],
  ['←', 'Left', 'D'], ['↓', 'Down', 'B'], ['↑', 'Up', 'A'], ['→', 'Right', 'C'],
  ['/', 'Slash', '/'], ['|', 'Pipe', '|'], ['-', 'Dash', '-'], ['~', 'Tilde', '~'],
]
const decoder = new TextDecoder()

/** The keys that on-screen keyboards lack; shown where the pointer is a finger. Ctrl applies to the next key. */
export class KeyBar {
  readonly element: HTMLElement
  readonly #control: HTMLButtonElement

  constructor(terminal: Terminal) {
    // A press must not take the focus from the terminal: the on-screen keyboard would close.
    const stay = (event: Event) => event.preventDefault()
    const press = (data: string) => {
      const arrow = /^[A-D]$/.test(data)
      terminal.input(arrow ? `\x1b${terminal.modes.applicationCursorKeysMode ? 'O' : '['}${data}` : data)
      terminal.focus()
    }
    this.#control = button('Ctrl', () => this.#hold(!this.#held), { 'aria-pressed': 'false', onpointerdown: stay })
    const keys = KEYS.map(([label, name, data]) => button(label, () => press(data), { 'aria-label': name, onpointerdown: stay }))
    this.element = h('div', { class: 'key-bar', role: 'toolbar', 'aria-label': 'Keys' }, ...keys.slice(0, 2), this.#control, ...keys.slice(2))
  }

  get #held(): boolean {
    return this.#control.getAttribute('aria-pressed') === 'true'
  }

  #hold(held: boolean): void {
    this.#control.setAttribute('aria-pressed', String(held))
  }

  /** The shell, with Ctrl applied to what is typed. */
  modify(shell: Shell): Shell {
    const writer = shell.stdin.getWriter()
    writer.closed.catch(() => {})
    return { ...shell, stdin: new WritableStream({ write: (chunk) => writer.write(this.#withControl(chunk)), close: () => writer.close() }) }
  }

  #withControl(chunk: Uint8Array | string): Uint8Array | string {
    if (!this.#held) return chunk
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk)
    this.#hold(false)
    return /^[a-z@[\\\]^_]$/i.test(text) ? Uint8Array.of(text.toUpperCase().charCodeAt(0) & 0x1f) : chunk
  }
}
