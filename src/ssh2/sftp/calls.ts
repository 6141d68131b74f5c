import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import type { NamedFile, SftpRequests } from '../../sftp/protocol/requests.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import { clientError } from '../client/errors.ts'
import { attributesOfNew, type InputAttributes, type Stats, toAttributes, toMode, toSeconds, toStats } from './attributes.ts'
import { type Answer, FILES, SftpChannel, toBuffer, toHandle, toPath } from './channel.ts'
import { openFlags, STATUS_CODE, STATUS_WORDS } from './protocol.ts'
import { readRange } from './read-range.ts'

/** One name in a directory. */
export interface FileEntry {
  filename: string
  /** The server's own line, like that of `ls -l`. */
  longname: string
  attrs: Stats
}

/** Options of `readdir`. */
export interface ReaddirOptions {
  /** With `.` and `..`. */
  full?: boolean | undefined
}

/** Requests of SFTP version 3, one method each. */
export class SftpCalls extends SftpChannel {
  get #requests(): SftpRequests {
    return this[FILES].requests
  }

  /** Opens a file. @param flags `r`, `w+`, … or `OPEN_MODE` bits. */
  open(path: string, flags: string | number, callback: Answer<[handle: Buffer]>): void
  /** Opens a file. @param flags `r`, `w+`, … or `OPEN_MODE` bits. @param attributes of a new file; a number or octal text is its mode. */
  open(path: string, flags: string | number, attributes: InputAttributes | string | number | undefined, callback: Answer<[handle: Buffer]>): void
  open(path: string, flags: string | number, attributes: unknown, callback?: unknown): void {
    const [given, told] = typeof attributes === 'function' ? [undefined, attributes] : [attributes, callback]
    this.answer(told, this.#requests.open(toPath(path), openFlags(flags), attributesOfNew(given)), (handle) => [toBuffer(handle)])
  }

  /** Closes a file or directory. */
  close(handle: Buffer, callback?: Answer<[]>): void {
    this.#done(callback, this.#requests.close(toHandle(handle)))
  }

  /** Reads up to `length` bytes at `position` of the file into `buffer`, starting at `offset`. 0 bytes mean the end. */
  read(handle: Buffer, buffer: Buffer, offset: number, length: number, position: number, callback: Answer<[bytesRead: number, buffer: Buffer, position: number]>): void {
    const from = toHandle(handle)
    checkRange(buffer, offset, length, position, true)
    const target = buffer.subarray(offset, offset + length)
    this.answer(callback, readRange(this[FILES], from, target, position), (count) => [count, offset === 0 && count === buffer.length ? buffer : target.subarray(0, count), position])
  }

  /** Another name of `read`. */
  readData(handle: Buffer, buffer: Buffer, offset: number, length: number, position: number, callback: Answer<[bytesRead: number, buffer: Buffer, position: number]>): void {
    this.read(handle, buffer, offset, length, position, callback)
  }

  /** Writes `length` bytes of `buffer`, starting at `offset`, at `position` of the file. You may change the buffer at once. */
  write(handle: Buffer, buffer: Buffer, offset: number, length: number, position: number, callback?: Answer<[]>): void {
    const to = toHandle(handle)
    checkRange(buffer, offset, length, position)
    const pipeline = this[FILES].writing(to, { start: position, signal: undefined })
    const data = Uint8Array.prototype.slice.call(buffer, offset, offset + length)
    this.answer(callback, pipeline.write(data).then(() => pipeline.finish()), () => [length])
  }

  /** Another name of `write`. */
  writeData(handle: Buffer, buffer: Buffer, offset: number, length: number, position: number, callback?: Answer<[]>): void {
    this.write(handle, buffer, offset, length, position, callback)
  }

  /** Attributes of the path's target. */
  stat(path: string, callback: Answer<[stats: Stats]>): void {
    this.answer(callback, this.#requests.stat(toPath(path)), (stat) => [toStats(stat)])
  }

  /** Attributes of a symbolic link itself. */
  lstat(path: string, callback: Answer<[stats: Stats]>): void {
    this.answer(callback, this.#requests.lstat(toPath(path)), (stat) => [toStats(stat)])
  }

  /** Attributes of an open file. */
  fstat(handle: Buffer, callback: Answer<[stats: Stats]>): void {
    this.answer(callback, this.#requests.fstat(toHandle(handle)), (stat) => [toStats(stat)])
  }

  /** Sets the given attributes. */
  setstat(path: string, attributes: InputAttributes, callback?: Answer<[]>): void {
    this.#set(attributes, callback, (set) => this.#requests.setstat(toPath(path), set))
  }

  /** Sets the given attributes of an open file. */
  fsetstat(handle: Buffer, attributes: InputAttributes, callback?: Answer<[]>): void {
    this.#set(attributes, callback, (set) => this.#requests.fsetstat(toHandle(handle), set))
  }

  #set(attributes: unknown, callback: unknown, ask: (attributes: SftpAttributes) => Promise<void>): void {
    this.#done(typeof attributes === 'function' ? attributes : callback, ask(toAttributes(attributes)))
  }

  /** Sets the mode bits. @param mode text is octal */
  chmod(path: string, mode: number | string, callback?: Answer<[]>): void {
    this.setstat(path, { mode: toMode(mode) }, callback)
  }

  /** Sets the mode bits of an open file. */
  fchmod(handle: Buffer, mode: number | string, callback?: Answer<[]>): void {
    this.fsetstat(handle, { mode: toMode(mode) }, callback)
  }

  /** Sets owner and group. */
  chown(path: string, uid: number, gid: number, callback?: Answer<[]>): void {
    this.setstat(path, { uid, gid }, callback)
  }

  /** Sets owner and group of an open file. */
  fchown(handle: Buffer, uid: number, gid: number, callback?: Answer<[]>): void {
    this.fsetstat(handle, { uid, gid }, callback)
  }

  /** Sets both times: seconds since 1970, or dates. */
  utimes(path: string, atime: number | Date, mtime: number | Date, callback?: Answer<[]>): void {
    this.setstat(path, { atime: toSeconds(atime), mtime: toSeconds(mtime) }, callback)
  }

  /** Sets both times of an open file. */
  futimes(handle: Buffer, atime: number | Date, mtime: number | Date, callback?: Answer<[]>): void {
    this.fsetstat(handle, { atime: toSeconds(atime), mtime: toSeconds(mtime) }, callback)
  }

  /** Opens a directory, for `readdir`. */
  opendir(path: string, callback: Answer<[handle: Buffer]>): void {
    this.answer(callback, this.#requests.opendir(toPath(path)), (handle) => [toBuffer(handle)])
  }

  /** The names in a directory. For an open one, the next of them, and an error with the code of EOF after the last. */
  readdir(location: string | Buffer, callback: Answer<[list: FileEntry[]]>): void
  readdir(location: string | Buffer, options: ReaddirOptions | undefined, callback: Answer<[list: FileEntry[]]>): void
  readdir(location: string | Buffer, options: unknown, callback?: unknown): void {
    const [given, told] = typeof options === 'function' ? [undefined, options] : [options, callback]
    const full = Boolean((given as ReaddirOptions | null | undefined)?.full)
    if (typeof location !== 'string' && !Buffer.isBuffer(location)) throw new Error('missing directory handle or path')
    const listing = typeof location === 'string' ? this.#list(location) : this.#next(location)
    this.answer(told, listing, (names) => [names.map(entryOf).filter(({ filename }) => full || (filename !== '.' && filename !== '..'))])
  }

  async #next(directory: Buffer): Promise<readonly NamedFile[]> {
    const names = await this.#requests.readdir(toHandle(directory))
    if (names) return names
    throw clientError(STATUS_WORDS[STATUS_CODE.EOF] as string, { code: STATUS_CODE.EOF })
  }

  async #list(path: string): Promise<readonly NamedFile[]> {
    const handle = await this.#requests.opendir(path)
    const all: NamedFile[] = []
    try {
      for (let names = await this.#requests.readdir(handle); names; names = await this.#requests.readdir(handle)) all.push(...names)
    } catch (error) {
      await this.#requests.close(handle).catch(() => {})
      throw error
    }
    await this.#requests.close(handle)
    return all
  }

  /** Removes a file or a symbolic link. */
  unlink(path: string, callback?: Answer<[]>): void {
    this.#done(callback, this.#requests.remove(toPath(path)))
  }

  /** Renames; fails if the target exists. */
  rename(source: string, target: string, callback?: Answer<[]>): void {
    this.#done(callback, this.#requests.rename(toPath(source), toPath(target)))
  }

  /** Creates a directory. */
  mkdir(path: string, callback?: Answer<[]>): void
  mkdir(path: string, attributes: InputAttributes | undefined, callback?: Answer<[]>): void
  mkdir(path: string, attributes?: unknown, callback?: unknown): void {
    const [given, told] = typeof attributes === 'function' ? [undefined, attributes] : [attributes, callback]
    this.#done(told, this.#requests.mkdir(toPath(path), toAttributes(given)))
  }

  /** Removes an empty directory. */
  rmdir(path: string, callback?: Answer<[]>): void {
    this.#done(callback, this.#requests.rmdir(toPath(path)))
  }

  /** Makes `link` a symbolic link to `target`. */
  symlink(target: string, link: string, callback?: Answer<[]>): void {
    this.#done(callback, this.#requests.symlink(toPath(target), toPath(link)))
  }

  /** The target of a symbolic link, as stored in it. */
  readlink(path: string, callback: Answer<[target: string]>): void {
    this.answer(callback, this.#requests.readlink(toPath(path)), (target) => [decodeText(target)])
  }

  /** The absolute path, with links resolved. */
  realpath(path: string, callback: Answer<[path: string]>): void {
    this.answer(callback, this.#requests.realpath(toPath(path)), (target) => [decodeText(target)])
  }

  #done(callback: unknown, asked: Promise<void>): void {
    this.answer(callback, asked, () => [])
  }
}

function entryOf({ filenameBytes, longentry, attributes }: NamedFile): FileEntry {
  return { filename: decodeText(filenameBytes), longname: longentry, attrs: toStats(attributes) }
}

/** @param within the offset must be that of a byte @throws Error for an invalid range of the buffer, or an invalid position in the file */
function checkRange(buffer: unknown, offset: number, length: number, position: unknown, within = false): void {
  if (!Buffer.isBuffer(buffer)) throw new Error('buffer is not a Buffer')
  if (!(offset >= 0 && offset <= buffer.length - (within ? 1 : 0))) throw new Error('offset is out of bounds')
  if (!(length >= 0 && offset + length <= buffer.length)) throw new Error('length extends beyond buffer')
  if (position === null) throw new Error('null position currently unsupported')
  if (!Number.isSafeInteger(position) || (position as number) < 0) throw new Error('position is not a whole number of bytes')
}

