import { button, h } from './dom.ts'

let titles = 0

export interface Choice<T> {
  readonly label: string
  readonly value: () => T
  /** `primary` also responds to Enter. */
  readonly kind?: 'primary' | 'plain' | 'danger'
  /** A button made elsewhere, e.g. to be disabled at first. */
  readonly element?: HTMLButtonElement
}

export interface DialogOptions {
  readonly tone?: 'plain' | 'danger'
  /** As wide as the window allows. */
  readonly wide?: boolean
}

/** The dialogs of one element: in its shadow root, so that its styles apply. */
export class Dialogs {
  readonly #place: ParentNode & Node
  readonly #attention: () => void
  readonly #until: AbortSignal | undefined
  #passing = new AbortController()

  /**
   * @param attention called before each question: the element may be hidden, and a modal dialog that is not seen makes the page dead
   * @param until ends the questions that are open
   */
  constructor(place: ParentNode & Node, attention: () => void, until?: AbortSignal) {
    this.#place = place
    this.#attention = attention
    this.#until = until
  }

  /** For questions that only a connection needs that is being made. */
  get passing(): Dialogs {
    return new Dialogs(this.#place, this.#attention, this.#passing.signal)
  }

  /** It is made, or has failed, or another one is begun: nobody waits for these answers any more. */
  endPassing(): void {
    this.#passing.abort()
    this.#passing = new AbortController()
  }

  /**
   * Shows a modal dialog until one of its buttons is pressed. Resolves with that button's value, `null` for Escape.
   * The browser keeps the focus inside and restores it afterwards. The button that changes nothing has the initial focus.
   */
  ask<T>(title: string, content: readonly (Node | string)[], choices: readonly Choice<T>[], { tone = 'plain', wide = false }: DialogOptions = {}): Promise<T | null> {
    const signal = this.#until
    if (signal?.aborted) return Promise.resolve(null)
    const id = `dialog-${++titles}`
    let settle: (answer: T | null) => void
    const answered = new Promise<T | null>((resolve) => { settle = resolve })
    const dialog = h('dialog', { 'aria-labelledby': id, class: wide ? `${tone} wide` : tone, role: tone === 'danger' ? 'alertdialog' : 'dialog', part: 'dialog' })
    const buttons = choices.map(({ label, value, kind = 'plain', element }) => {
      // Now: the browser tells of the close in a task of its own, and keys that are pressed meanwhile would come before what waits for the answer.
      const take = () => {
        settle(value())
        dialog.close()
      }
      const made = element ?? button(label, () => {})
      made.textContent = label
      made.classList.add(kind)
      if (kind === 'primary') made.type = 'submit'
      else made.onclick = take
      return { made, kind, take }
    })
    const form = h('form', { method: 'dialog', onsubmit: (event) => {
      event.preventDefault()
      buttons.find(({ kind }) => kind === 'primary')?.take()
    } }, h('h2', { id }, title), ...content, h('div', { class: 'choices' }, ...buttons.map(({ made }) => made)))
    dialog.append(form)
    // Keys in a dialog do not reach the terminal or the page's own shortcuts.
    dialog.addEventListener('keydown', (event) => event.stopPropagation())
    this.#place.append(dialog)
    const leave = () => dialog.close()
    signal?.addEventListener('abort', leave, { once: true })
    dialog.onclose = () => {
      signal?.removeEventListener('abort', leave)
      dialog.remove()
      settle(null)
    }
    this.#attention()
    dialog.showModal()
    if (!dialog.querySelector('[autofocus]')) (buttons.find(({ kind }) => kind === 'plain') ?? buttons.find(({ kind }) => kind === 'primary') ?? buttons[0])?.made.focus()
    return answered
  }

  /** True if the user says yes. */
  async confirm(title: string, text: readonly (Node | string)[], yes: string, { danger = false, no = 'Cancel' }: { readonly danger?: boolean, readonly no?: string } = {}): Promise<boolean> {
    return await this.ask(title, text, [
      { label: no, value: () => false },
      { label: yes, value: () => true, kind: danger ? 'danger' : 'primary' },
    ], { tone: danger ? 'danger' : 'plain' }) === true
  }

  /** One line of text, or `null`. */
  async text(title: string, label: string, value: string, yes: string, { pattern, hint }: { readonly pattern?: string, readonly hint?: string } = {}): Promise<string | null> {
    const input = h('input', { value, required: true, autocomplete: 'off', autocapitalize: 'none', spellcheck: false, autofocus: true, id: `${title.replaceAll(/\W/g, '-')}-${++titles}`, ...pattern !== undefined && { pattern } })
    const about = hint === undefined ? [] : [h('small', {}, hint)]
    return this.ask(title, [h('div', { class: 'field' }, h('label', { for: input.id }, label), input, ...about)], [
      { label: 'Cancel', value: () => null },
      { label: yes, value: () => input.value, kind: 'primary' },
    ])
  }
}
