import type { FileEntry, RemotePath, Transfer } from '../session/messages.ts'
import { button, h, iconButton } from '../ui/dom.ts'
import { icon } from '../ui/icons.ts'
import { visible } from '../ui/visible.ts'
import { actionsOf } from './actions.ts'
import { saveDownload } from './download.ts'
import { formatDate, formatRecent, formatSize } from './format.ts'
import { fromDrop, fromInput, type Gathered } from './gather.ts'
import type { FilesSetting } from './setting.ts'
import { TransferList } from './transfers.ts'
import { uploadAll } from './upload-all.ts'

const LOST_UPLOAD = 'The session’s worker has ended. On the server there is either the old file, or all of the new one. What has arrived may be kept beside it.'
const ICONS = { directory: 'folder', file: 'file', link: 'link', other: 'other' } as const

/** The server's files beside the terminal: lists, changes, uploads, downloads. */
export class FilesPanel {
  readonly #setting: FilesSetting
  readonly element: HTMLElement
  readonly transfers: TransferList
  readonly #path = h('input', { 'aria-label': 'Folder on the server', spellcheck: false, autocapitalize: 'none', autocomplete: 'off' })
  readonly #list = h('ul', { class: 'files', 'aria-label': 'Files' })
  readonly #message = h('p', { class: 'message', role: 'alert' })
  #folder = '.'
  /** The last folder that was asked for is shown, whichever answer comes last. */
  #asked = 0
  #transfers: readonly Transfer[] = []

  constructor(setting: FilesSetting) {
    this.#setting = setting
    const { api, close } = setting
    this.transfers = new TransferList((id) => void api().cancel(id), (id) => void api().dismiss(id))
    const chooser = (folder: boolean) => {
      const input = h('input', { type: 'file', multiple: true, class: 'visually-hidden', tabIndex: -1, 'aria-label': folder ? 'Folder to upload' : 'Files to upload', onchange: () => {
        void this.upload(fromInput(input.files))
        input.value = ''
      } })
      input.webkitdirectory = folder
      return input
    }
    const [files, tree] = [chooser(false), chooser(true)]
    this.element = h('aside', { class: 'files-panel', part: 'files', 'aria-label': 'Files on the server', hidden: true, tabIndex: -1 },
      h('header', {}, h('h2', {}, 'Files'), iconButton('newFolder', 'New folder', () => void this.#newFolder()),
        button('Folder…', () => tree.click(), { 'aria-label': 'Upload a folder' }), button('Upload…', () => files.click(), { class: 'primary' }),
        iconButton('close', 'Close the files panel', close), files),
      h('form', { class: 'path', onsubmit: (event) => {
        event.preventDefault()
        void this.open(this.#path.value)
      } }, iconButton('up', 'Folder above', () => { void this.open(`${this.#folder}/..`) }), this.#path, iconButton('refresh', 'Look again', () => { void this.open(this.#folder) })),
      this.#message, this.#list, this.transfers.element)
  }

  /** The folder for uploads. */
  get folder(): string {
    return this.#folder
  }

  /** Shows the panel, or hides it. Returns whether it is visible now. */
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
    const asked = ++this.#asked
    this.#list.setAttribute('aria-busy', 'true')
    try {
      const { path: folder, entries } = await this.#setting.api().list(path)
      if (asked !== this.#asked) return
      this.#folder = this.#path.value = folder
      this.#message.textContent = entries.length === 0 ? 'This folder is empty.' : ''
      this.#list.replaceChildren(...entries.map((entry) => this.#line(entry)))
    } catch (error) {
      if (asked === this.#asked) this.#message.textContent = this.#setting.explain(error)
    } finally {
      if (asked === this.#asked) this.#list.setAttribute('aria-busy', 'false')
    }
  }

  /** Opens the panel at a file or folder that the terminal names. */
  async reveal(path: string): Promise<void> {
    this.element.hidden = false
    const [found] = await this.#setting.api().existing([path]).catch(() => [null])
    await this.open(found?.kind === 'directory' ? path : path.replace(/[^/]+$/, '') || '/')
  }

  #line(entry: FileEntry): HTMLElement {
    const { kind, size, modified, path } = entry
    const name = visible(entry.name)
    const folder = kind === 'directory' || kind === 'link'
    const about = [...kind === 'file' ? [formatSize(size)] : [], formatRecent(modified)].join(' · ')
    const { api } = this.#setting
    return h('li', { part: 'row' },
      icon(ICONS[kind]),
      h('div', {}, folder ? button(name, () => { void this.open(path) }, { class: 'name', 'aria-label': `Open ${name}` }) : h('span', { class: 'name' }, name), h('small', { title: formatDate(modified) }, about)),
      ...kind === 'file' || kind === 'directory' ? [iconButton('download', `Download ${name}`, () => { void this.#try(() => saveDownload(api(), entry)) })] : [],
      iconButton('more', `More for ${name}`, () => { void this.#try(async () => {
        if (await actionsOf(this.#setting, this.#folder, entry)) await this.open(this.#folder)
      }) }))
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#message.textContent = this.#setting.explain(error)
    }
  }

  async #newFolder(): Promise<void> {
    const name = await this.#setting.dialogs.text('New folder', 'Name', '', 'Make folder', { pattern: '[^\\/]+' })
    if (name === null) return
    await this.#try(() => this.#setting.api().makeDirectory(`${this.#folder.replace(/\/$/, '')}/${name}`))
    await this.open(this.#folder)
  }

  async drop(data: DataTransfer): Promise<void> {
    // The one that was shown while the files were dragged: reading them takes a while, and the person may open another.
    const folder = this.#folder
    const gathered = await fromDrop(data)
    if (gathered.length === 0) return
    this.element.hidden = false
    await this.upload(gathered, folder)
  }

  async upload(gathered: readonly Gathered[], into = this.#folder): Promise<void> {
    if (gathered.length === 0) return
    const { api, dialogs } = this.#setting
    await this.#try(async () => {
      const folder = into === '.' ? (await api().list('.')).path : into
      if (this.#folder === '.') await this.open(folder)
      await uploadAll(api(), dialogs, folder, gathered)
      if (folder === this.#folder) await this.open(folder)
    })
  }

  show(transfers: readonly Transfer[]): void {
    this.transfers.show(this.#transfers = transfers)
  }

  /** The worker has ended, and can tell nothing more of its transfers. */
  lost(): void {
    this.show(this.#transfers.map((one) => ['waiting', 'running'].includes(one.state) ? { ...one, state: 'failed', outcome: one.direction === 'down' ? 'The session’s worker has ended. Nothing was saved.' : LOST_UPLOAD } : one))
  }
}
