import type { Link } from '../client/link.ts'
import type { SftpShared } from '../../sftp/transfer/shared.ts'
import { type Answer, FILES, toPath } from './channel.ts'
import { getFile, putFile, type TransferOptions, transferOf } from './fast.ts'
import { SftpExtensions } from './extensions.ts'
import { ReadStream, type ReadStreamOptions } from './read-stream.ts'
import { bytesOf, type ReadFileOptions, readWholeFile, wholeFileOptions, type WriteFileOptions, writeWholeFile } from './whole-files.ts'
import { WriteStream, type WriteStreamOptions } from './write-stream.ts'

/** Remote files over SFTP, with callbacks and Node's streams. Handles are Buffers; errors have the server's number in `code`. */
export class SFTPWrapper extends SftpExtensions {
  /** For `openSftp`. @internal */
  constructor(link: Link, files: SftpShared) {
    super(link, files)
  }

  /** Copies a remote file to a local path. */
  fastGet(remotePath: string, localPath: string, callback: Answer<[]>): void
  fastGet(remotePath: string, localPath: string, options: TransferOptions | undefined, callback: Answer<[]>): void
  fastGet(remotePath: string, localPath: string, options: unknown, callback?: unknown): void {
    const transfer = transferOf(this[FILES], options)
    this.answer(typeof options === 'function' ? options : callback, getFile(transfer, toPath(remotePath), toPath(localPath)), () => [])
  }

  /** Copies a local path to a remote file. */
  fastPut(localPath: string, remotePath: string, callback: Answer<[]>): void
  fastPut(localPath: string, remotePath: string, options: TransferOptions | undefined, callback: Answer<[]>): void
  fastPut(localPath: string, remotePath: string, options: unknown, callback?: unknown): void {
    const transfer = transferOf(this[FILES], options)
    this.answer(typeof options === 'function' ? options : callback, putFile(transfer, toPath(localPath), toPath(remotePath)), () => [])
  }

  /** The whole file, as a Buffer, or as a string if an encoding is given. */
  readFile(path: string, callback: Answer<[data: Buffer]>): void
  readFile(path: string, options: ReadFileOptions | string | null | undefined, callback: Answer<[data: Buffer]>): void
  readFile(path: string, options: unknown, callback?: unknown): void {
    const [given, told] = typeof options === 'function' ? [undefined, options] : [options, callback]
    this.answer(told, readWholeFile(this[FILES], toPath(path), wholeFileOptions(given)))
  }

  /** Writes the whole file. */
  writeFile(path: string, data: string | Uint8Array, callback?: Answer<[]>): void
  writeFile(path: string, data: string | Uint8Array, options: WriteFileOptions | string | null | undefined, callback?: Answer<[]>): void
  writeFile(path: string, data: string | Uint8Array, options?: unknown, callback?: unknown): void {
    this.#write(path, data, options, callback, {})
  }

  /** Appends to a file, which is created if it does not exist. */
  appendFile(path: string, data: string | Uint8Array, callback?: Answer<[]>): void
  appendFile(path: string, data: string | Uint8Array, options: WriteFileOptions | string | null | undefined, callback?: Answer<[]>): void
  appendFile(path: string, data: string | Uint8Array, options?: unknown, callback?: unknown): void {
    this.#write(path, data, options, callback, { flag: 'a' })
  }

  #write(path: string, data: unknown, options: unknown, callback: unknown, otherwise: WriteFileOptions): void {
    const [given, told] = typeof options === 'function' ? [undefined, options] : [options, callback]
    const all = { ...otherwise, ...wholeFileOptions(given) }
    if (!all.flag && otherwise.flag) all.flag = otherwise.flag
    this.answer(told, writeWholeFile(this[FILES], toPath(path), bytesOf(data, all.encoding), all), () => [])
  }

  /** Whether the path exists, as the only argument of the callback. */
  exists(path: string, callback: (exists: boolean) => void): void {
    this.stat(path, (error) => { if (typeof callback === 'function') callback(!error) })
  }

  /** A file, or a part of it, as a stream. */
  createReadStream(path: string, options?: ReadStreamOptions | string): ReadStream {
    return new ReadStream(this, path, options)
  }

  /** A stream into a file. */
  createWriteStream(path: string, options?: WriteStreamOptions | string): WriteStream {
    return new WriteStream(this, path, options)
  }
}
