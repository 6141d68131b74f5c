import { button, field, h } from './dom.ts'
import type { HolderApi, SavedKey } from '../session/messages.ts'
import { visible } from './visible.ts'

const KEPT = {
  browser: 'Kept in this browser as a key that no script can read; the file was not kept.',
  authenticator: 'A passkey: your device or security key signs, and asks you each time.',
  memory: 'Kept in memory only, until this session is closed: this browser cannot store a key of this kind safely.',
} as const

/** Private keys to log in with: those of this browser, and chosen or dropped files. */
export class KeyPicker {
  readonly #session: () => HolderApi
  readonly #fail: (error: unknown) => void
  readonly element: HTMLElement
  // Until the worker has told the list.
  readonly #select = h('select', { onchange: () => this.#explain() }, h('option', { value: '' }, 'No key'))
  readonly #about = h('small', { role: 'status' })
  readonly #remove = button('Remove', () => { void this.#forget() }, { class: 'quiet', hidden: true })
  #keys: readonly SavedKey[] = []

  constructor(session: () => HolderApi, fail: (error: unknown) => void) {
    this.#session = session
    this.#fail = fail
    const file = h('input', { type: 'file', class: 'visually-hidden', id: `key-file-${++count}`, onchange: () => {
      void this.#add(file.files?.[0])
      file.value = ''
    } })
    const drop = h('label', { class: 'drop', for: file.id }, h('span', {}, h('b', {}, 'Choose a key file'), ' or its certificate, or drop it here'))
    const over = (dragging: boolean) => (event: DragEvent) => {
      event.preventDefault()
      drop.classList.toggle('over', dragging)
    }
    drop.ondragenter = drop.ondragover = over(true)
    drop.ondragleave = over(false)
    drop.ondrop = (event) => {
      over(false)(event)
      void this.#add(event.dataTransfer?.files[0])
    }
    this.element = h('div', { class: 'keys-part', role: 'group', 'aria-label': 'Private key' }, h('div', { class: 'row' }, field('Private key', this.#select), this.#remove), this.#about, file, drop)
  }

  /** `SavedKey.id`, or empty. */
  get chosen(): string {
    return this.#select.value
  }

  /** Reloads the list, since other tabs may have added keys, and selects one. */
  async refresh(chosen = this.chosen): Promise<void> {
    this.#keys = await this.#session().savedKeys()
    this.#select.replaceChildren(h('option', { value: '' }, 'No key'), ...this.#keys.map(({ id, type, comment }) =>
      h('option', { value: id, selected: id === chosen }, `${visible(comment)} · ${type.replace('ssh-', '')} · ${id.slice(0, 15)}…`)))
    this.#explain()
  }

  #explain(): void {
    const key = this.#keys.find(({ id }) => id === this.chosen)
    this.#about.textContent = key ? `${KEPT[key.kept]}${key.certified ? ' Its certificate is offered first.' : ''}` : ''
    this.#remove.hidden = !key
  }

  async #add(file: File | undefined): Promise<void> {
    if (!file) return
    try {
      const { id } = await this.#session().importKey(file)
      await this.refresh(id)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #forget(): Promise<void> {
    await this.#session().removeKey(this.chosen)
    await this.refresh('')
  }
}

let count = 0
