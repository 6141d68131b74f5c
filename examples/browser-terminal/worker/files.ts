import { type SftpClient, type SftpEntry, SSHError, type TransferProgress } from 'libssh2-wasm'
import { DOWNLOAD_BOUND, type FileEntry, type Listing, type RemotePath } from '../messages.ts'

/** The SFTP side of a session: lists, and transfers that stream. */
export class Files {
  readonly #sftp: () => Promise<SftpClient>
  readonly #progress: (id: number, progress: TransferProgress) => void
  readonly #running = new Map<number, AbortController>()

  constructor(sftp: () => Promise<SftpClient>, progress: (id: number, progress: TransferProgress) => void) {
    this.#sftp = sftp
    this.#progress = progress
  }

  async list(path: RemotePath): Promise<Listing> {
    const sftp = await this.#sftp()
    const absolute = await sftp.realpath(path)
    const entries: FileEntry[] = []
    for await (const entry of sftp.readdir(absolute)) entries.push(describe(entry))
    return { path: absolute, entries: entries.sort(byKindAndName) }
  }

  upload(id: number, file: File, folder: string): Promise<void> {
    return this.#transfer(id, async (sftp, options) => {
      await sftp.upload(file, `${folder.replace(/\/$/, '')}/${file.name}`, options)
    })
  }

  download(id: number, path: RemotePath, into: FileSystemFileHandle | null): Promise<Blob | null> {
    return this.#transfer(id, async (sftp, options) => {
      if (into) {
        await sftp.download(path, await into.createWritable(), options)
        return null
      }
      const { size = 0 } = await sftp.stat(path)
      const collected = new Collected(size)
      await sftp.download(path, collected.stream, options)
      return collected.blob()
    })
  }

  cancel(id: number): void {
    this.#running.get(id)?.abort(new SSHError('cancelled', { code: 'CANCELLED' }))
  }

  async #transfer<T>(id: number, run: (sftp: SftpClient, options: { signal: AbortSignal, onProgress(progress: TransferProgress): void }) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    this.#running.set(id, controller)
    try {
      return await run(await this.#sftp(), { signal: controller.signal, onProgress: throttled((progress) => this.#progress(id, progress)) })
    } finally {
      this.#running.delete(id)
    }
  }
}

/** A download for browsers that cannot write into a file: pieces as Blobs, which browsers may put on disk. */
class Collected {
  readonly stream: WritableStream<Uint8Array>
  readonly #pieces: Blob[] = []
  #bytes = 0

  constructor(expected: number) {
    this.#check(expected)
    this.stream = new WritableStream({
      write: (chunk) => {
        this.#check(this.#bytes += chunk.length)
        this.#pieces.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
      },
    })
  }

  #check(bytes: number): void {
    if (bytes > DOWNLOAD_BOUND) throw new SSHError('the file is too large for this browser', { code: 'TOO_LARGE' })
  }

  blob(): Blob {
    return new Blob(this.#pieces)
  }
}

const INTERVAL = 100

/** A page need not be told more often than people can see; the last one always gets through. */
function throttled(tell: (progress: TransferProgress) => void): (progress: TransferProgress) => void {
  let next = 0
  return (progress) => {
    const now = performance.now()
    if (now < next && progress.transferred !== progress.total) return
    next = now + INTERVAL
    tell(progress)
  }
}

function describe(entry: SftpEntry): FileEntry {
  const { filename: name, path, attributes: { size = 0, mtime = 0 } } = entry
  const kind = entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other'
  return { name, path, kind, size, modified: mtime * 1000 }
}

function byKindAndName(a: FileEntry, b: FileEntry): number {
  const rank = ({ kind }: FileEntry) => kind === 'directory' ? 0 : 1
  return rank(a) - rank(b) || a.name.localeCompare(b.name)
}
