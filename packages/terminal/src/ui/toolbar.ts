import { button, h, iconButton } from './dom.ts'

export interface ToolbarActions {
  find(): void
  files(): void
  keys(): void
  settings(): void
  whole(): void
  disconnect(): void
}

/** The session's actions, above the terminal. */
export class Toolbar {
  readonly element: HTMLElement
  readonly #title = h('span', { class: 'title' })
  readonly #ofSession: readonly HTMLButtonElement[]

  constructor(actions: ToolbarActions) {
    const find = iconButton('search', 'Find', () => actions.find())
    const keys = iconButton('key', 'Log in with a key', () => actions.keys())
    const files = button('Files', () => actions.files(), { class: 'quiet' })
    const leave = iconButton('leave', 'Disconnect', () => actions.disconnect())
    this.#ofSession = [find, files, keys, leave]
    this.element = h('div', { class: 'toolbar', part: 'toolbar', role: 'toolbar', 'aria-label': 'Terminal' }, h('slot', { name: 'toolbar-start' }), this.#title, h('span', { class: 'space' }),
      files, find, keys, h('slot', { name: 'toolbar-end' }), ...document.fullscreenEnabled ? [iconButton('whole', 'Full screen', () => actions.whole())] : [], iconButton('settings', 'Settings', () => actions.settings()), leave)
    this.update('', false)
  }

  update(title: string, connected: boolean): void {
    this.#title.textContent = title
    for (const one of this.#ofSession) one.disabled = !connected
  }

  focus(): void {
    this.element.querySelector<HTMLButtonElement>('button:not(:disabled)')?.focus()
  }
}
