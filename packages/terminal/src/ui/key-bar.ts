import type { Terminal } from '@xterm/xterm'
import { button, h } from './dom.ts'

/** Label, name for screen readers, data to send; cursor keys depend on the terminal's mode. */
const KEYS: readonly (readonly [label: string, name: string, data: string])[] = [
  ['Esc', 'Escape', '\x1b'], ['Tab', 'Tab', '\t'],
  ['←', 'Left', 'D'], ['↓', 'Down', 'B'], ['↑', 'Up', 'A'], ['→', 'Right', 'C'],
  ['Home', 'Home', 'H'], ['End', 'End', 'F'], ['PgUp', 'Page up', '\x1b[5~'], ['PgDn', 'Page down', '\x1b[6~'],
  ['/', 'Slash', '/'], ['|', 'Pipe', '|'], ['-', 'Dash', '-'], ['~', 'Tilde', '~'],
]

/** What xterm.js sends that is no key: its answers to programs, and reports of the mouse and the focus. */
const NO_KEY = /^\x1b(?:\].|P.+\\$|\[(?:[IO]$|M|[<>?]|[\d;]*(?:[Rcnt]|\$y)$))/s

/** The keys that on-screen keyboards lack; shown if the pointer is a finger. Ctrl and Alt apply to the next key. */
export class KeyBar {
  readonly element: HTMLElement
  readonly #control: HTMLButtonElement
  readonly #alt: HTMLButtonElement

  constructor(terminal: Terminal, paste: () => void) {
    // A press must not take the focus from the terminal, which would close the on-screen keyboard.
    const stay = (event: Event) => event.preventDefault()
    const press = (data: string) => {
      terminal.input(/^[A-DFH]$/.test(data) ? `\x1b${terminal.modes.applicationCursorKeysMode ? 'O' : '['}${data}` : data)
      terminal.focus()
    }
    const sticky = (label: string): HTMLButtonElement => {
      const made = button(label, () => hold(made, !isHeld(made)), { 'aria-pressed': 'false', onpointerdown: stay, part: 'key' })
      return made
    }
    this.#control = sticky('Ctrl')
    this.#alt = sticky('Alt')
    const keys = KEYS.map(([label, name, data]) => button(label, () => press(data), { 'aria-label': name, onpointerdown: stay, part: 'key' }))
    this.element = h('div', { class: 'key-bar', part: 'key-bar', role: 'toolbar', 'aria-label': 'Keys' }, ...keys.slice(0, 2), this.#control, this.#alt, ...keys.slice(2),
      button('Paste', paste, { onpointerdown: stay, part: 'key' }))
  }

  /** The typed text, with Ctrl and Alt applied. */
  modify(text: string): string {
    if (NO_KEY.test(text)) return text
    let result = text
    if (isHeld(this.#control)) {
      hold(this.#control, false)
      if (/^[a-z@[\\\]^_ ]$/i.test(text)) result = String.fromCharCode(text.toUpperCase().charCodeAt(0) & 0x1f)
      else result = withModifier(text, 5)
    }
    if (isHeld(this.#alt)) {
      hold(this.#alt, false)
      result = [...result].length === 1 ? `\x1b${result}` : withModifier(result, 3)
    }
    return result
  }
}

/** Cursor and editing keys with Ctrl (5) or Alt (3), as in xterm. */
function withModifier(text: string, modifier: number): string {
  const cursor = /^\x1b[[O]([A-DFH])$/.exec(text)?.[1]
  if (cursor) return `\x1b[1;${modifier}${cursor}`
  const editing = /^\x1b\[(\d+)~$/.exec(text)?.[1]
  return editing ? `\x1b[${editing};${modifier}~` : text
}

function isHeld(key: HTMLButtonElement): boolean {
  return key.getAttribute('aria-pressed') === 'true'
}

function hold(key: HTMLButtonElement, held: boolean): void {
  key.setAttribute('aria-pressed', String(held))
}
