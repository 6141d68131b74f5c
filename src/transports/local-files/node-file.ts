import { systemError } from '../../errors/system-error.ts'
import { Buffer } from 'node:buffer'
import { close, closeSync, constants, fchmod, fstatSync, fsync, ftruncate, futimes, open, openSync, read, readSync, type Stats, writeSync, writev } from 'node:fs'
import type { LocalAttributes, LocalFile, LocalOpenMode, LocalStat, SmallFile } from '../../runtime/local-files.ts'

const { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } = constants
/** Windows has none. */
const O_NONBLOCK = (constants as Partial<typeof constants>).O_NONBLOCK ?? 0
const FLAGS: Readonly<Record<LocalOpenMode, number>> = {
  read: O_RDONLY,
  replace: O_WRONLY | O_CREAT | O_TRUNC,
  'go-on': O_WRONLY | O_CREAT,
  new: O_WRONLY | O_CREAT | O_EXCL,
}
const EMPTY: LocalStat = { kind: 'file', size: 0, mode: 0, atime: 0, mtime: 0 }

type Callback<T> = (error: Error | null, value: T) => void
type Done = (error: Error | null) => void

/** Node's own file promises cost more than twice the time of its callbacks, which matters for many small files. */
function promised<T = void>(call: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => { if (error) reject(systemError(error) as Error); else resolve(value) })
  })
}

export function kindOf(it: Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): LocalStat['kind'] {
  return it.isFile() ? 'file' : it.isDirectory() ? 'directory' : it.isSymbolicLink() ? 'link' : 'other'
}

/** Node's attributes, without what SFTP has no use for. */
export function localStat(stat: Stats): LocalStat {
  return {
    kind: kindOf(stat),
    size: stat.size, mode: stat.mode & 0o7777, atime: Math.floor(stat.atimeMs / 1000), mtime: Math.floor(stat.mtimeMs / 1000),
  }
}

export async function openLocalFile(path: string | URL | Buffer, how: LocalOpenMode, mode = 0o666): Promise<LocalFile> {
  const descriptor = new Descriptor(await promised<number>((done) => open(path, FLAGS[how], mode, done)), how === 'read')
  if (how === 'replace' || how === 'new') return new NodeFile(descriptor, EMPTY)
  try {
    // This needs no disk access: the system has known it since the file was opened. A thread for it would cost ten times as much.
    return new NodeFile(descriptor, localStat(fstatSync(descriptor.number)))
  } catch (error) {
    await descriptor.close()
    throw error
  }
}

/** Opening may meet a pipe, since nothing has excluded one, and must not block on it. */
export function readSmallFile(path: string | URL | Buffer, most: number): SmallFile | undefined {
  const descriptor = openSync(path, O_RDONLY | O_NONBLOCK)
  try {
    const stat = localStat(fstatSync(descriptor))
    if (stat.kind !== 'file' || stat.size === 0 || stat.size > most) return undefined
    const bytes = Buffer.allocUnsafeSlow(stat.size)
    let filled = 0
    for (let count = -1; count !== 0 && filled < bytes.length; filled += count) count = readSync(descriptor, bytes, filled, bytes.length - filled, filled)
    return filled === stat.size ? { stat, bytes: new Uint8Array(bytes.buffer) } : undefined
  } finally {
    closeSync(descriptor)
  }
}

/** Opening may meet a pipe here too: without a reader the system refuses it, and one with a reader is left alone. */
export function writeSmallFile(path: string | URL | Buffer, mode: number, data: readonly Uint8Array[]): boolean {
  const descriptor = openedToWrite(path, mode)
  if (descriptor === undefined) return false
  try {
    if (!fstatSync(descriptor).isFile()) return false
    for (const part of data) for (let done = 0; done < part.length;) done += writeSync(descriptor, part, done, part.length - done)
    return true
  } finally {
    closeSync(descriptor)
  }
}

function openedToWrite(path: string | URL | Buffer, mode: number): number | undefined {
  try {
    return openSync(path, FLAGS.replace | O_NONBLOCK, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return undefined
    throw error
  }
}

/** The system gives this number to the next file as soon as this file is closed. So the file is closed only when nobody uses it any more, and nobody uses it after that. */
class Descriptor {
  readonly number: number
  /** Nothing was written, so closing waits for nothing. */
  readonly #unwritten: boolean
  #users = 0
  #closing: Promise<void> | undefined
  #unused = () => {}

  constructor(number: number, unwritten: boolean) {
    this.number = number
    this.#unwritten = unwritten
  }

  async use<T = void>(call: (number: number, callback: Callback<T>) => void): Promise<T> {
    const number = this.open
    this.#users += 1
    try {
      return await promised<T>((done) => call(number, done))
    } finally {
      this.#users -= 1
      if (this.#users === 0) this.#unused()
    }
  }

  /** @throws Error if it has been closed: by now the number may belong to another file. */
  get open(): number {
    if (this.#closing) throw new Error('the local file has been closed')
    return this.number
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close()
  }

  async #close(): Promise<void> {
    if (this.#users > 0) await new Promise<void>((resolve) => { this.#unused = resolve })
    if (this.#unwritten) closeSync(this.number)
    else await promised((done) => close(this.number, done as Done))
  }
}

class NodeFile implements LocalFile {
  readonly stat: LocalStat
  readonly #descriptor: Descriptor

  constructor(descriptor: Descriptor, stat: LocalStat) {
    this.#descriptor = descriptor
    this.stat = stat
  }

  look(): LocalStat {
    return localStat(fstatSync(this.#descriptor.open))
  }

  async read(length: number, position: number, memory?: Uint8Array): Promise<Uint8Array> {
    // The unfilled part is never exposed.
    const block = memory && memory.length >= length ? memory : Buffer.allocUnsafeSlow(length)
    const count = await this.#descriptor.use<number>((fd, done) => read(fd, block, 0, length, position, done))
    return new Uint8Array(block.buffer, 0, count)
  }

  async write(data: readonly Uint8Array[], position: number): Promise<void> {
    let at = position
    for (let rest = data; rest.length > 0;) {
      const parts = rest
      const count = await this.#descriptor.use<number>((fd, done) => writev(fd, parts, at, done))
      at += count
      rest = behind(rest, count)
    }
  }

  truncate(size: number): Promise<void> {
    return this.#descriptor.use((fd, done) => ftruncate(fd, size, done as Done))
  }

  sync(): Promise<void> {
    return this.#descriptor.use((fd, done) => fsync(fd, done as Done))
  }

  async set({ mode, times }: LocalAttributes): Promise<void> {
    if (mode !== undefined) await this.#descriptor.use((fd, done) => fchmod(fd, mode, done as Done))
    if (times) await this.#descriptor.use((fd, done) => futimes(fd, ...times, done as Done))
  }

  close(): Promise<void> {
    return this.#descriptor.close()
  }
}

/** The rest of the parts after so many bytes. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  return parts.flatMap((part) => {
    const rest = part.subarray(skip)
    skip = Math.max(0, skip - part.length)
    return rest.length > 0 ? [rest] : []
  })
}
