import { DOWNLOAD_BOUND, type FileEntry } from '../messages.ts'
import { h, iconButton } from './dom.ts'
import { visible } from './prompt-dialogs.ts'
import type { Session } from './session.ts'

/** Not in all browsers, and not in TypeScript's library. */
type SavePicker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>

/** Uploads and downloads of one tab, each a line with its progress. */
export class Transfers {
  readonly #session: Session
  readonly #fail: (error: unknown) => string
  readonly element = h('ul', { class: 'transfers', 'aria-label': 'Transfers' })
  readonly #progress = new Map<number, (transferred: number, total: number | null) => void>()
  #last = 0

  constructor(session: Session, fail: (error: unknown) => string) {
    this.#session = session
    this.#fail = fail
  }

  /** For `PageApi.progress`. */
  progress(id: number, transferred: number, total: number | null): void {
    this.#progress.get(id)?.(transferred, total)
  }

  async upload(file: File, folder: string): Promise<void> {
    await this.#run(`↑ ${file.name}`, (id) => this.#session.upload(id, file, folder))
  }

  async download({ name, path, size }: FileEntry): Promise<void> {
    const picker = (globalThis as { showSaveFilePicker?: SavePicker }).showSaveFilePicker
    let into: FileSystemFileHandle | null = null
    if (picker) {
      try {
        into = await picker({ suggestedName: name })
      } catch {
        return
      }
    }
    const note = into ? '' : ` (browser holds it all; up to ${formatSize(DOWNLOAD_BOUND)})`
    await this.#run(`↓ ${name}`, async (id) => {
      const blob = await this.#session.download(id, path, into)
      if (blob) save(blob, name)
    }, size > 1 << 20 ? note : '')
  }

  async #run(label: string, work: (id: number) => Promise<void>, note = ''): Promise<void> {
    const id = ++this.#last
    const bar = h('progress', { 'aria-label': label })
    const state = h('span', { class: 'state', role: 'status' }, 'waiting')
    const stop = iconButton('close', `Cancel ${label}`, () => { void this.#session.cancel(id) })
    const line = h('li', {}, h('span', { class: 'name' }, visible(label) + note), state, stop, bar)
    this.element.prepend(line)
    this.#progress.set(id, (transferred, total) => {
      bar.max = total ?? 1
      if (total !== null) bar.value = transferred
      state.textContent = total === null ? formatSize(transferred) : `${Math.floor(100 * transferred / Math.max(1, total))} %`
    })
    try {
      await work(id)
      state.textContent = 'done'
      line.className = 'done'
    } catch (error) {
      state.textContent = this.#fail(error)
      line.className = 'failed'
    } finally {
      this.#progress.delete(id)
      bar.remove()
      const close = iconButton('close', `Remove ${label} from the list`, () => line.remove())
      stop.replaceWith(close)
    }
  }
}

function save(blob: Blob, name: string): void {
  const link = h('a', { href: URL.createObjectURL(blob), download: name })
  link.click()
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

export function formatSize(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** unit
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}
