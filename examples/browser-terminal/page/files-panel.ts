import type { FileEntry, RemotePath } from '../messages.ts'
import { button, h, iconButton } from './dom.ts'
import { icon } from './icons.ts'
import { visible } from './prompt-dialogs.ts'
import type { Session } from './session.ts'
import { formatSize, Transfers } from './transfers.ts'

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const ICONS = { directory: 'folder', file: 'file', link: 'link', other: 'other' } as const

/** The server's files beside the terminal: lists, uploads, downloads. */
export class FilesPanel {
  readonly #session: Session
  readonly #explainError: (error: unknown) => string
  readonly element: HTMLElement
  readonly transfers: Transfers
  readonly #path = h('input', { 'aria-label': 'Folder on the server', spellcheck: false, autocapitalize: 'none', autocomplete: 'off' })
  readonly #list = h('ul', { class: 'files', 'aria-label': 'Files' })
  readonly #message = h('p', { class: 'message', role: 'alert' })
  #folder = '.'

  constructor(session: Session, explainError: (error: unknown) => string, close: () => void) {
    this.#session = session
    this.#explainError = explainError
    this.transfers = new Transfers(session, explainError)
    const file = h('input', { type: 'file', multiple: true, class: 'visually-hidden', tabIndex: -1, 'aria-label': 'Files to upload', onchange: () => {
      void this.#upload([...file.files ?? []])
      file.value = ''
    } })
    this.element = h('aside', { class: 'files-panel', 'aria-label': 'Files on the server', hidden: true, tabIndex: -1 },
      h('header', {}, h('h2', {}, 'Files'), button('Upload…', () => file.click(), { class: 'primary' }), iconButton('close', 'Close the files panel', close), file),
      h('form', { class: 'path', onsubmit: (event) => {
        event.preventDefault()
        void this.open(this.#path.value)
      } }, iconButton('up', 'Folder above', () => { void this.open(`${this.#folder}/..`) }), this.#path, iconButton('refresh', 'Look again', () => { void this.open(this.#folder) })),
      this.#message, this.#list, this.transfers.element)
    this.element.ondragover = (event) => event.preventDefault()
    this.element.ondrop = (event) => {
      event.preventDefault()
      void this.#upload([...event.dataTransfer?.files ?? []])
    }
  }

  /** Shows the panel, or hides it. Returns whether it is shown now. */
  toggle(shown: boolean = this.element.hidden !== false): boolean {
    this.element.hidden = !shown
    if (shown) {
      void this.open(this.#folder)
      this.element.focus()
    }
    return shown
  }

  /** After a new connection. */
  async refresh(): Promise<void> {
    if (!this.element.hidden) await this.open(this.#folder)
  }

  async open(path: RemotePath): Promise<void> {
    this.#list.setAttribute('aria-busy', 'true')
    try {
      const { path: folder, entries } = await this.#session.list(path)
      this.#folder = this.#path.value = folder
      this.#message.textContent = entries.length === 0 ? 'This folder is empty.' : ''
      this.#list.replaceChildren(...entries.map((entry) => this.#line(entry)))
    } catch (error) {
      this.#message.textContent = this.#explainError(error)
    } finally {
      this.#list.setAttribute('aria-busy', 'false')
    }
  }

  #line(entry: FileEntry): HTMLElement {
    const { kind, size, modified, path } = entry
    const name = visible(entry.name)
    const folder = kind === 'directory' || kind === 'link'
    const about = [...kind === 'file' ? [formatSize(size)] : [], dates.format(modified)].join(' · ')
    return h('li', {},
      icon(ICONS[kind]),
      h('div', {}, folder ? button(name, () => { void this.open(path) }, { class: 'name', 'aria-label': `Open ${name}` }) : h('span', { class: 'name' }, name), h('small', {}, about)),
      ...kind === 'file' ? [iconButton('download', `Download ${name}`, () => { void this.transfers.download(entry) })] : [])
  }

  async #upload(files: readonly File[]): Promise<void> {
    const folder = this.#folder
    await Promise.all(files.map((file) => this.transfers.upload(file, folder)))
    if (folder === this.#folder) await this.open(folder)
  }
}
