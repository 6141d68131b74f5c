/** A local file to upload, and its place below the folder. */
export interface Gathered {
  readonly file: File
  /** With `/` between names. */
  readonly path: string
}

/** Chosen files; those of a chosen folder keep their places in it. */
export function fromInput(files: FileList | null): Gathered[] {
  return [...files ?? []].map((file) => ({ file, path: file.webkitRelativePath || file.name }))
}

/** Dropped files and folders. Call it before the event has ended, when the data disappears. */
export async function fromDrop(data: DataTransfer): Promise<Gathered[]> {
  const entries = [...data.items].map((item) => item.kind === 'file' ? item.webkitGetAsEntry() : null)
  const files = [...data.files]
  if (entries.every((entry) => entry === null)) return files.map((file) => ({ file, path: file.name }))
  const gathered: Gathered[] = []
  for (const entry of entries) if (entry) await gather(entry, gathered)
  return gathered
}

async function gather(entry: FileSystemEntry, into: Gathered[]): Promise<void> {
  const path = entry.fullPath.replace(/^\//, '')
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    into.push({ file, path })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  // It returns a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return
    for (const one of some) await gather(one, into)
  }
}
