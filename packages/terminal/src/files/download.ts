import type { FileEntry, HolderApi } from '../session/messages.ts'
import { h } from '../ui/dom.ts'

/** Not in all browsers, and not in TypeScript's library. */
type SavePicker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>

/** Saves a file, or a folder as ZIP: into a file that the user chooses if the browser supports that, otherwise as a browser download. */
export async function saveDownload(api: HolderApi, { name, path, kind }: FileEntry): Promise<void> {
  const directory = kind === 'directory'
  const suggestedName = directory ? `${name}.zip` : name
  const picker = (globalThis as { showSaveFilePicker?: SavePicker }).showSaveFilePicker
  let into: FileSystemFileHandle | null = null
  if (picker) {
    try {
      into = await picker({ suggestedName })
    } catch {
      return
    }
  }
  const blob = await api.download(path, name, directory, into).catch(() => null)
  if (blob) save(blob, suggestedName)
}

function save(blob: Blob, name: string): void {
  const link = h('a', { href: URL.createObjectURL(blob), download: name })
  link.click()
  // By then the browser has started the download.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
