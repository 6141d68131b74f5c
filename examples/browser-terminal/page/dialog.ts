import { button, h } from './dom.ts'

let titles = 0

/**
 * Shows a modal dialog until one of its buttons is pressed. Resolves with that button's value, `null` for Escape.
 * The browser keeps the focus inside and gives it back afterwards.
 */
export function ask<T>(title: string, content: readonly (Node | string)[], choices: readonly Choice<T>[], { tone = 'plain' }: { readonly tone?: 'plain' | 'danger' } = {}): Promise<T | null> {
  const id = `dialog-${++titles}`
  let answer: T | null = null
  const dialog = h('dialog', { 'aria-labelledby': id, class: tone, role: tone === 'danger' ? 'alertdialog' : 'dialog' })
  const buttons = choices.map(({ label, value, kind = 'plain', element }) => {
    const take = () => {
      answer = value()
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
  document.body.append(dialog)
  return new Promise((resolve) => {
    dialog.onclose = () => {
      dialog.remove()
      resolve(answer)
    }
    dialog.showModal()
  })
}

export interface Choice<T> {
  readonly label: string
  readonly value: () => T
  /** `primary` answers to Enter as well. */
  readonly kind?: 'primary' | 'plain' | 'danger'
  /** A button made elsewhere, e.g. to be disabled at first. */
  readonly element?: HTMLButtonElement
}
