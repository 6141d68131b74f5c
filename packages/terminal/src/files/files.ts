import { type SftpClient, type SftpEntry, type SftpStat, SSHError } from 'libssh2-wasm'
import { DOWNLOAD_BOUND, type EditedFile, type Existing, type FileEntry, type Listing, type RemotePath, type Transfer } from '../session/messages.ts'
import { cancelled } from '../session/wanted.ts'
import { Collected } from './collected.ts'
import { TransferQueue } from './queue.ts'
import { uploadWhole, unfinishedBeside } from './upload-whole.ts'
import { zipOf } from './zip.ts'

/** Bytes of a file to edit: a text area holds all of it. */
const EDITOR_BOUND = 1 << 20

/** The SFTP side of a session: lists, changes, and queued transfers. */
export class Files {
  readonly #sftp: () => Promise<SftpClient>
  readonly #queue: TransferQueue

  constructor(sftp: () => Promise<SftpClient>, changed: (transfers: readonly Transfer[]) => void) {
    this.#sftp = sftp
    this.#queue = new TransferQueue(changed)
  }

  get transfers(): readonly Transfer[] {
    return this.#queue.transfers
  }

  async list(path: RemotePath): Promise<Listing> {
    const sftp = await this.#sftp()
    const absolute = await sftp.realpath(path)
    const entries: FileEntry[] = []
    for await (const entry of sftp.readdir(absolute)) entries.push(describe(entry))
    return { path: absolute, entries: entries.sort(byKindAndName) }
  }

  async existing(paths: readonly string[]): Promise<readonly (Existing | null)[]> {
    const sftp = await this.#sftp()
    return Promise.all(paths.map(async (path) => {
      const stat = await sftp.stat(path).catch(noneOf)
      const unfinished = await unfinishedBeside(sftp, path)
      if (!stat && unfinished === 0) return null
      return { kind: stat ? kindOf(stat) : 'file', size: stat?.size ?? 0, modified: (stat?.mtime ?? 0) * 1000, unfinished }
    }))
  }

  async makeDirectory(path: string): Promise<void> {
    await (await this.#sftp()).mkdir(path, { recursive: true })
  }

  /** @throws SftpError if the new name exists. */
  async rename(from: RemotePath, to: string): Promise<void> {
    await (await this.#sftp()).rename(from, to, { overwrite: false })
  }

  async permissions(path: RemotePath, mode: number): Promise<void> {
    await (await this.#sftp()).chmod(path, mode)
  }

  async count(path: RemotePath): Promise<{ files: number, directories: number }> {
    const sftp = await this.#sftp()
    const count = { files: 0, directories: 0 }
    if ((await sftp.lstat(path)).kind !== 'directory') return { files: 1, directories: 0 }
    count.directories = 1
    for await (const entry of sftp.walk(path)) count[entry.isDirectory() ? 'directories' : 'files']++
    return count
  }

  async remove(path: RemotePath): Promise<void> {
    await (await this.#sftp()).rm(path, { recursive: true })
  }

  upload(file: File, path: string, goOn: boolean): Promise<void> {
    return this.#queue.run({ direction: 'up', name: file.name, total: file.size }, async ({ signal, onProgress }) => {
      await uploadWhole(await this.#sftp(), file, path, { goOn, signal, onProgress })
    })
  }

  download(path: RemotePath, name: string, directory: boolean, into: FileSystemFileHandle | null): Promise<Blob | null> {
    return this.#queue.run({ direction: 'down', name, total: null }, async ({ signal, onProgress }) => {
      const sftp = await this.#sftp()
      const target = into ? await into.createWritable() : new Collected(DOWNLOAD_BOUND)
      const stream = target instanceof Collected ? target.stream : target
      try {
        if (directory) await zipOf(sftp, path, name, stream, { signal, onProgress })
        else {
          const { size } = await sftp.stat(path)
          if (target instanceof Collected && size !== undefined) target.check(size)
          await sftp.download(path, stream, { signal, onProgress })
        }
      } catch (error) {
        // The partial data stays out of the user's file: an aborted writable leaves the file as it was.
        await stream.abort(error).catch(() => {})
        throw signal.aborted ? new SSHError('Cancelled. Nothing was saved.', { code: 'CANCELLED' }) : error
      }
      return target instanceof Collected ? target.blob() : null
    })
  }

  async readText(path: RemotePath): Promise<EditedFile> {
    const sftp = await this.#sftp()
    const { size = 0, mtime = 0 } = await sftp.stat(path)
    if (size > EDITOR_BOUND) throw new SSHError('the file is too large for the editor', { code: 'TOO_LARGE_TO_EDIT' })
    const bytes = await sftp.readFile(path)
    try {
      return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), size, modified: mtime }
    } catch {
      throw new SSHError('the file is no text in UTF-8', { code: 'NOT_TEXT' })
    }
  }

  async saveText(path: RemotePath, text: string, known: EditedFile | null): Promise<void> {
    const sftp = await this.#sftp()
    const now = await sftp.stat(path).catch(noneOf)
    if (known && (now?.size !== known.size || now.mtime !== known.modified)) throw new SSHError('the file was changed meanwhile', { code: 'CHANGED_MEANWHILE' })
    await sftp.upload(new TextEncoder().encode(text), path, { atomic: true })
  }

  cancel(id: number): void {
    this.#queue.cancel(id, cancelled())
  }

  dismiss(id: number): void {
    this.#queue.dismiss(id)
  }
}

function noneOf(error: unknown): undefined {
  if ((error as { readonly code?: string }).code === 'ERR_SFTP_NO_SUCH_FILE') return undefined
  throw error
}

function kindOf(stat: SftpStat): FileEntry['kind'] {
  return stat.kind ?? 'other'
}

function describe(entry: SftpEntry): FileEntry {
  const { filename: name, path, attributes: { size = 0, mtime = 0, permissions = 0 } } = entry
  const kind = entry.isDirectory() ? 'directory' : entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other'
  return { name, path, kind, size, modified: mtime * 1000, mode: permissions & 0o7777 }
}

function byKindAndName(a: FileEntry, b: FileEntry): number {
  const rank = ({ kind }: FileEntry) => kind === 'directory' ? 0 : 1
  return rank(a) - rank(b) || a.name.localeCompare(b.name)
}
