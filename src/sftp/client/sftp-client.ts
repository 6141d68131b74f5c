import { wholeNumber } from '../../bindings/arguments.ts'
import { type SftpAttributes, type SftpStatvfs } from '../../bindings/sftp/attributes.ts'
import { type SftpPath } from '../../bindings/sftp/context.ts'
import type { Session } from '../../bindings/session/session.ts'
import { LIBSSH2_SFTP_S_IFMT } from '../../ffi/constants.gen.ts'
import { decodeText, encodeText, joinBytes } from '../../wire-format/bytes.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import { type SftpStat, writeAttributes } from '../protocol/attributes.ts'
import { SftpConnection } from '../protocol/connection.ts'
import { readDirectory, type SftpEntry, walkDirectory } from '../tree/listing.ts'
import { askLimits, type SftpLimits } from '../protocol/limits.ts'
import type { LocalPath } from '../../runtime/local-files.ts'
import { openFlags, type SftpOpenFlags } from '../protocol/open-flags.ts'
import { sizeOf } from '../protocol/parts.ts'
import { checkedPath, type RemoteHandle, SftpRequests } from '../protocol/requests.ts'
import { SftpFile } from './sftp-file.ts'
import { atOnce, isMissing, modeAttributes, SftpShared } from '../transfer/shared.ts'
import { openSource, type UploadSource } from '../transfer/sources.ts'
import { readStatvfs } from '../protocol/statvfs.ts'
import { download, sendAll, type TransferOptions, type TransferProgress, upload, type UploadOptions } from '../transfer/upload.ts'
import { downloadDirectory, type DirectoryTransferOptions, type DirectoryTransferResult, uploadDirectory } from '../tree/transfer-tree.ts'
import type { DownloadTarget } from '../transfer/sinks.ts'
import { TransferBudget } from '../transfer/window.ts'
import { makeDirectories, removeTree } from '../tree/remove.ts'

export interface SftpOpenOptions extends CallOptions {
  /** Mode bits of a new file; the server's choice if none are given. */
  readonly mode?: number | undefined
}

export interface SftpReadFileOptions extends CallOptions {
  /** `utf8` or another name that `TextDecoder` knows: the result is a string. */
  readonly encoding?: string | undefined
}

export interface SftpWriteFileOptions extends SftpOpenOptions {
  /** `w` if none is given: the file is emptied first. */
  readonly flags?: SftpOpenFlags | number | undefined
}

/**
 * Files of a server, over SFTP version 3. Any number of calls may be under way at once; each takes an `AbortSignal`, and rejects at once
 * with its reason. Refusals are `SftpError`s with `status` and `path`. Paths are UTF-8 or bytes, relative ones begin where the server says.
 */
export class SftpClient implements AsyncDisposable {
  /** What the server takes at a time. */
  readonly limits: SftpLimits
  readonly #connection: SftpConnection
  readonly #requests: SftpRequests
  readonly #shared: SftpShared

  private constructor(requests: SftpRequests, limits: SftpLimits) {
    this.limits = limits
    this.#requests = requests
    this.#connection = requests.connection
    this.#shared = new SftpShared(requests, limits, new TransferBudget())
  }

  /** Starts the SFTP subsystem on a channel of its own. @throws ChannelError if the server has none. */
  static async open(session: Session, { signal }: CallOptions = {}): Promise<SftpClient> {
    const connection = await SftpConnection.open(session, signal)
    try {
      const requests = new SftpRequests(connection)
      return new SftpClient(requests, await askLimits(requests, signal))
    } catch (error) {
      void connection.close()
      throw error
    }
  }

  /** Protocol extensions that the server offers, each with its version. */
  get extensions(): ReadonlyMap<string, string> {
    return this.#connection.extensions
  }

  // Whole files

  /** The whole file, as bytes, or as a string where an encoding is given. */
  readFile(path: SftpPath, options?: CallOptions & { readonly encoding?: undefined }): Promise<Uint8Array>
  readFile(path: SftpPath, options: string | (CallOptions & { readonly encoding: string })): Promise<string>
  async readFile(path: SftpPath, options: string | SftpReadFileOptions = {}): Promise<Uint8Array | string> {
    const { encoding, signal } = typeof options === 'string' ? { encoding: options } as SftpReadFileOptions : options
    const decoder = encoding === undefined ? undefined : new TextDecoder(encoding)
    const bytes = await this.#shared.opened(this.#requests.open(path, openFlags('r'), {}, signal), false, (handle) => this.#readAll(handle, signal))
    return decoder ? decoder.decode(bytes) : bytes
  }

  /** Small files come with the answer that tells their size. */
  async #readAll(handle: RemoteHandle, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const [{ filesize = 0 }, first] = await Promise.all([this.#requests.fstat(handle, signal), this.#requests.read(handle, 0, this.limits.maxReadLength, signal)])
    if (!first) return new Uint8Array(0)
    // Files of /proc have no size.
    const end = filesize > 0 ? filesize : undefined
    const pipeline = this.#shared.reading(handle, { start: sizeOf(first), end, signal })
    const parts = [...first]
    for (let part = await pipeline.next(); part; part = await pipeline.next()) parts.push(...part)
    const bytes = joinBytes(parts)
    this.#requests.release(parts)
    return bytes
  }

  /** Writes the whole file: text as UTF-8, bytes, a `Blob` or a stream. */
  writeFile(path: SftpPath, data: string | Uint8Array | Blob | ReadableStream<Uint8Array>, options: SftpWriteFileOptions = {}): Promise<void> {
    return atOnce(options.signal, () => this.#writeAll(path, data, options))
  }

  async #writeAll(path: SftpPath, data: string | Uint8Array | Blob | ReadableStream<Uint8Array>, { flags = 'w', mode, signal }: SftpWriteFileOptions): Promise<void> {
    const source = await openSource(typeof data === 'string' ? encodeText(data) : data, 0)
    try {
      const opening = this.#requests.open(path, openFlags(flags), modeAttributes(mode), signal)
      await this.#shared.opened(opening, true, (handle) => sendAll(source, this.#shared.writing(handle, { start: 0, signal }), signal))
    } finally {
      void source[Symbol.asyncDispose]()
    }
  }

  /** Adds to the end of a file, which is made if there is none. */
  async appendFile(path: SftpPath, data: string | Uint8Array | Blob | ReadableStream<Uint8Array>, options: SftpOpenOptions = {}): Promise<void> {
    await this.writeFile(path, data, { ...options, flags: 'a' })
  }

  /** Opens a file. @param flags `r` if none are given; or `LIBSSH2_FXF_*` bits. */
  async open(path: SftpPath, flags: SftpOpenFlags | number = 'r', { mode, signal }: SftpOpenOptions = {}): Promise<SftpFile> {
    return new SftpFile(this.#shared, await this.#requests.open(path, openFlags(flags), modeAttributes(mode), signal))
  }

  // Transfers

  /** Copies a remote file to a local path (Node, Deno, Bun) or into a stream, which is closed then. */
  download(path: SftpPath, target: DownloadTarget, options: TransferOptions = {}): Promise<TransferProgress> {
    return atOnce(options.signal, () => download(this.#shared, path, target, options))
  }

  /** Copies a local path (Node, Deno, Bun), bytes, a `Blob` or a stream to a remote file. Bytes must not change meanwhile. */
  upload(source: UploadSource, path: SftpPath, options: UploadOptions = {}): Promise<TransferProgress> {
    return atOnce(options.signal, () => upload(this.#shared, source, path, options))
  }

  /** Copies everything below a remote directory to a local one. Links are left out, and names that would lead out of it. */
  downloadDirectory(path: SftpPath, target: LocalPath, options: DirectoryTransferOptions = {}): Promise<DirectoryTransferResult> {
    return atOnce(options.signal, () => downloadDirectory(this.#shared, path, target, options))
  }

  /** Copies everything below a local directory to a remote one. Links are left out. */
  uploadDirectory(source: LocalPath, path: SftpPath, options: DirectoryTransferOptions = {}): Promise<DirectoryTransferResult> {
    return atOnce(options.signal, () => uploadDirectory(this.#shared, source, path, options))
  }

  /** Has the server copy a file itself; nothing passes the wire (`copy-data`). @throws SftpError (OP_UNSUPPORTED) where that is not offered. */
  copyFile(source: SftpPath, target: SftpPath, { signal }: CallOptions = {}): Promise<void> {
    return atOnce(signal, async () => {
      await using from = await this.open(source, 'r', { signal })
      const { permissions } = await from.stat({ signal })
      await using to = await this.open(target, 'w', { signal, mode: permissions === undefined ? undefined : permissions & ~LIBSSH2_SFTP_S_IFMT })
      await from.copyTo(to, { signal })
    })
  }

  // Directories

  /** The entries of a directory, `.` and `..` left out. */
  readdir(path: SftpPath, { signal }: CallOptions = {}): AsyncIterableIterator<SftpEntry> {
    return readDirectory(this.#requests, path, signal)
  }

  /** Everything below a directory, which itself is not told. Symbolic links are told and not followed. */
  walk(path: SftpPath, { signal }: CallOptions = {}): AsyncIterableIterator<SftpEntry> {
    return walkDirectory(this.#requests, path, signal)
  }

  /** With `recursive`, makes those above it too, and takes one that exists for success. */
  async mkdir(path: SftpPath, { recursive = false, mode, signal }: SftpOpenOptions & { readonly recursive?: boolean | undefined } = {}): Promise<void> {
    if (recursive) await makeDirectories(this.#requests, path, modeAttributes(mode), signal)
    else await this.#requests.mkdir(path, modeAttributes(mode), signal)
  }

  /** Removes an empty directory. */
  async rmdir(path: SftpPath, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.rmdir(path, signal)
  }

  /** Removes a file or link, with `recursive` also a directory and all below it. With `force` it is no error that there is nothing. */
  async rm(path: SftpPath, { recursive = false, force = false, signal }: CallOptions & { readonly recursive?: boolean | undefined, readonly force?: boolean | undefined } = {}): Promise<void> {
    try {
      if (recursive && (await this.#requests.lstat(path, signal)).isDirectory()) await removeTree(this.#requests, path, signal)
      else await this.#requests.remove(path, signal)
    } catch (error) {
      if (!force || !isMissing(error)) throw error
    }
  }

  /** Removes a file or a symbolic link. */
  async unlink(path: SftpPath, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.remove(path, signal)
  }

  // Attributes

  /** Of what the path leads to. */
  async stat(path: SftpPath, { signal }: CallOptions = {}): Promise<SftpStat> {
    return this.#requests.stat(path, signal)
  }

  /** Of a symbolic link itself. */
  async lstat(path: SftpPath, { signal }: CallOptions = {}): Promise<SftpStat> {
    return this.#requests.lstat(path, signal)
  }

  /** Whether the path leads to something. @throws SftpError if the server will not say. */
  async exists(path: SftpPath, { signal }: CallOptions = {}): Promise<boolean> {
    try {
      await this.#requests.stat(path, signal)
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  /** Sets the attributes that are given: owner and group together, both times together. */
  async setstat(path: SftpPath, attributes: SftpAttributes, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.setstat(path, attributes, signal)
  }

  /** As `setstat`, of a symbolic link itself (`lsetstat@openssh.com`). @throws SftpError (OP_UNSUPPORTED) where that is not offered. */
  async lsetstat(path: SftpPath, attributes: SftpAttributes, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.extended('lsetstat@openssh.com', path, (writer) => writeAttributes(writer.string(checkedPath(path)), attributes), signal)
  }

  /** Sets the mode bits. */
  async chmod(path: SftpPath, mode: number, options: CallOptions = {}): Promise<void> {
    await this.setstat(path, { permissions: mode }, options)
  }

  /** Sets owner and group. */
  async chown(path: SftpPath, uid: number, gid: number, options: CallOptions = {}): Promise<void> {
    await this.setstat(path, { uid, gid }, options)
  }

  /** Sets the times of access and modification. @param atime seconds since 1970, or a date; the protocol has whole seconds. */
  async utimes(path: SftpPath, atime: number | Date, mtime: number | Date, options: CallOptions = {}): Promise<void> {
    await this.setstat(path, { atime: seconds(atime), mtime: seconds(mtime) }, options)
  }

  /** Cuts a file, or fills it with zeros, to `size` bytes. */
  async truncate(path: SftpPath, size = 0, options: CallOptions = {}): Promise<void> {
    await this.setstat(path, { filesize: size }, options)
  }

  /** Figures of the file system that `path` is on (`statvfs@openssh.com`). @throws SftpError (OP_UNSUPPORTED) where that is not offered. */
  async statvfs(path: SftpPath, { signal }: CallOptions = {}): Promise<SftpStatvfs> {
    return this.#requests.extendedReply('statvfs@openssh.com', path, (writer) => writer.string(checkedPath(path)), readStatvfs, signal)
  }

  // Names

  /**
   * Renames, and replaces what `target` names, at one stroke, where the server offers that (`posix-rename@openssh.com`).
   * With `overwrite: false`, and on other servers, it is refused if `target` exists.
   */
  async rename(source: SftpPath, target: SftpPath, { overwrite = true, signal }: CallOptions & { readonly overwrite?: boolean | undefined } = {}): Promise<void> {
    const posix = 'posix-rename@openssh.com'
    if (overwrite && this.extensions.has(posix)) await this.#requests.extended(posix, source, (writer) => writer.string(checkedPath(source)).string(checkedPath(target)), signal)
    else await this.#requests.rename(source, target, signal)
  }

  /** Makes `linkPath` a symbolic link to `target`. */
  async symlink(target: SftpPath, linkPath: SftpPath, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.symlink(target, linkPath, signal)
  }

  /** Makes `linkPath` another name of the file `existing` (`hardlink@openssh.com`). @throws SftpError (OP_UNSUPPORTED) where that is not offered. */
  async hardlink(existing: SftpPath, linkPath: SftpPath, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.extended('hardlink@openssh.com', linkPath, (writer) => writer.string(checkedPath(existing)).string(checkedPath(linkPath)), signal)
  }

  /** Where a symbolic link leads to, as it is written in it. */
  async readlink(path: SftpPath, { signal }: CallOptions = {}): Promise<string> {
    return decodeText(await this.#requests.readlink(path, signal))
  }

  /** The absolute path, links resolved. `.` is where relative paths begin. */
  async realpath(path: SftpPath, { signal }: CallOptions = {}): Promise<string> {
    return decodeText(await this.#requests.realpath(path, signal))
  }

  /** As `realpath`, with `~` and `~user` (`expand-path@openssh.com`). @throws SftpError (OP_UNSUPPORTED) where that is not offered. */
  async expandPath(path: SftpPath, { signal }: CallOptions = {}): Promise<string> {
    return decodeText(await this.#requests.expandPath(path, signal))
  }

  /** Ends the subsystem and closes its files; the session goes on. What is under way rejects. Idempotent, never rejects. */
  close(): Promise<void> {
    return this.#connection.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function seconds(time: number | Date): number {
  return wholeNumber(Math.floor(typeof time === 'number' ? time : time.getTime() / 1000), 'time')
}
