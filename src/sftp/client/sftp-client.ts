import { record, text, wholeNumber } from '../../bindings/arguments.ts'
import { type SftpAttributes, type SftpStatvfs } from '../../bindings/sftp/attributes.ts'
import { type SftpPath } from '../../bindings/sftp/context.ts'
import type { Session } from '../../bindings/session/session.ts'
import { LIBSSH2_SFTP_S_IFMT } from '../../ffi/constants.gen.ts'
import { bytesOf } from '../../wire-format/bytes-of.ts'
import { decodeText, encodeText } from '../../wire-format/bytes.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import { type SftpStat, writeAttributes } from '../protocol/attributes.ts'
import { SftpConnection } from '../protocol/connection.ts'
import { checkFile, type CheckFileOptions, type SftpFileHash } from '../protocol/check-file.ts'
import { expandPath, homeDirectory } from '../protocol/home.ts'
import { askLimits, type SftpLimits } from '../protocol/limits.ts'
import { openFlags, type SftpOpenFlags } from '../protocol/open-flags.ts'
import { ownerNames, type SftpOwnerIds, type SftpOwnerNames } from '../protocol/owners.ts'
import { aboutOpened, isMissing, openFile, unlessMissing, withKind } from '../protocol/remarks.ts'
import { renameOver } from '../protocol/rename.ts'
import { checkedPath, SftpRequests } from '../protocol/requests.ts'
import { readStatvfs } from '../protocol/statvfs.ts'
import { download } from '../transfer/download.ts'
import { checkedFlow, type SftpContentOptions, type SftpFlowOptions } from '../transfer/flow.ts'
import type { LocalPath } from '../../runtime/local-files.ts'
import type { TransferOptions, TransferProgress, UploadOptions } from '../transfer/options.ts'
import { readWhole } from '../transfer/read-whole.ts'
import { atOnce, modeAttributes, SftpShared } from '../transfer/shared.ts'
import type { DownloadTarget } from '../transfer/sinks.ts'
import { isBytes, openSource, type UploadSource } from '../transfer/sources.ts'
import { sendAll, upload } from '../transfer/upload.ts'
import { TransferBudget } from '../transfer/window.ts'
import { downloadDirectory } from '../tree/downloads.ts'
import type { SftpEntry } from '../tree/entry.ts'
import { readDirectory, walkDirectory } from '../tree/listing.ts'
import { makeDirectories } from '../tree/make-directories.ts'
import type { DirectoryTransferOptions, DirectoryTransferResult } from '../tree/options.ts'
import { removeAny } from '../tree/remove.ts'
import { uploadDirectory } from '../tree/uploads.ts'
import { SftpFile } from './sftp-file.ts'

export interface SftpOpenOptions extends CallOptions {
  /** Mode bits of a new file; without them, or with `false`, the server chooses. */
  readonly mode?: number | false | undefined
}

export interface SftpReadFileOptions extends SftpContentOptions {
  /** `utf8` or another name that `TextDecoder` knows: the result is then a string. */
  readonly encoding?: string | undefined
}

export interface SftpWriteFileOptions extends SftpOpenOptions, SftpFlowOptions {
  /** `w` by default: the file is truncated first. */
  readonly flags?: SftpOpenFlags | number | undefined
}

/** Not a path or a URL, whose file `upload` reads. */
function contentOf(data: FileData): Exclude<FileData, string> {
  if (typeof data === 'string') return bytesOf(data)
  if (isBytes(data) || data instanceof Blob || data instanceof ReadableStream) return data
  throw new TypeError('the data must be text, a Uint8Array, a Blob or a ReadableStream')
}

/** Data that can be written as a whole. */
export type FileData = string | Uint8Array | Blob | ReadableStream<Uint8Array>

/**
 * Files of a server, over SFTP version 3. Any number of calls may be in flight at once. Each takes an `AbortSignal`, and rejects at once
 * with its reason. A refusal is an `SftpError` with `status` and `path`. Paths are UTF-8 or bytes; the server decides where relative ones
 * start.
 */
export class SftpClient implements AsyncDisposable {
  /** The request sizes that the server accepts. */
  readonly limits: SftpLimits
  readonly #connection: SftpConnection
  readonly #requests: SftpRequests
  readonly #shared: SftpShared

  private constructor(requests: SftpRequests, limits: SftpLimits, flow: SftpFlowOptions) {
    this.limits = limits
    this.#shared = new SftpShared(requests, limits, new TransferBudget()).with(flow)
    this.#requests = this.#shared.requests
    this.#connection = requests.connection
  }

  /** Starts the SFTP subsystem on its own channel; `concurrency` and `chunkSize` then apply to all its calls. @throws ChannelError if the server has none. */
  static async open(session: Session, options: SftpContentOptions = {}): Promise<SftpClient> {
    const { signal, ...flow } = record(options, 'options')
    const checked = checkedFlow(flow)
    const connection = await SftpConnection.open(session, signal)
    try {
      const requests = new SftpRequests(connection)
      return new SftpClient(requests, await askLimits(requests, signal), checked)
    } catch (error) {
      void connection.close()
      throw error
    }
  }

  /** The protocol extensions that the server offers, each with its version. */
  get extensions(): ReadonlyMap<string, string> {
    return this.#connection.extensions
  }

  // Whole files

  /** The whole file, as bytes, or as a string if an encoding is given. @throws SSHError `ERR_SFTP_SIZE_MISMATCH` if it ends before the size that the server stated. */
  readFile(path: SftpPath, options?: SftpContentOptions & { readonly encoding?: undefined }): Promise<Uint8Array>
  readFile(path: SftpPath, options: string | (SftpContentOptions & { readonly encoding: string })): Promise<string>
  async readFile(path: SftpPath, options: string | SftpReadFileOptions = {}): Promise<Uint8Array | string> {
    const { encoding, ...rest } = typeof options === 'string' ? { encoding: options } as SftpReadFileOptions : record(options, 'options')
    const decoder = encoding === undefined ? undefined : decoderOf(encoding)
    const bytes = await readWhole(this.#shared, path, rest)
    return decoder ? decoder.decode(bytes) : bytes
  }

  /** Writes the whole file: text as UTF-8, bytes, a `Blob` or a stream. */
  async writeFile(path: SftpPath, data: FileData, options: SftpWriteFileOptions = {}): Promise<void> {
    return atOnce(signalOf(options), () => this.#writeAll(path, data, options))
  }

  async #writeAll(path: SftpPath, data: FileData, { flags = 'w', mode, signal, ...flow }: SftpWriteFileOptions): Promise<void> {
    const bits = openFlags(flags)
    const shared = this.#shared.with(flow)
    await using source = await openSource(contentOf(data), 0)
    await shared.opened(openFile(shared.requests, path, bits, modeAttributes(mode), signal), true, (handle) => sendAll(source, shared.writing(handle, { start: 0, signal }), signal))
  }

  /** Appends to a file, which is created if it does not exist. */
  async appendFile(path: SftpPath, data: FileData, options: Omit<SftpWriteFileOptions, 'flags'> = {}): Promise<void> {
    await this.writeFile(path, data, { ...record(options, 'options'), flags: 'a' })
  }

  /** Opens a file. @param flags `r` by default; or `LIBSSH2_FXF_*` bits. */
  async open(path: SftpPath, flags: SftpOpenFlags | number = 'r', options: SftpOpenOptions = {}): Promise<SftpFile> {
    const { mode, signal } = record(options, 'options')
    return new SftpFile(this.#shared, await openFile(this.#requests, path, openFlags(flags), modeAttributes(mode), signal))
  }

  // Transfers

  /**
   * Copies a remote file to a local path (Node, Deno, Bun) or into a stream, which is then closed. It reads the file to its end, whatever size
   * the server states.
   * @throws SSHError `ERR_SFTP_SIZE_MISMATCH` if it ends before that size.
   */
  async download(path: SftpPath, target: DownloadTarget, options: TransferOptions = {}): Promise<TransferProgress> {
    return atOnce(signalOf(options), () => download(this.#shared, path, target, options))
  }

  /**
   * Copies a local path (Node, Deno, Bun), bytes, a `Blob` or a stream to a remote file. Do not change the bytes meanwhile. The upload is complete when
   * the server has acknowledged every write and the close. @throws SSHError `ERR_SFTP_SIZE_MISMATCH` if a local file turns out shorter than its size.
   */
  async upload(source: UploadSource, path: SftpPath, options: UploadOptions = {}): Promise<TransferProgress> {
    return atOnce(signalOf(options), () => upload(this.#shared, source, path, options))
  }

  /**
   * Copies everything below a remote directory to a local one. The result lists the skipped entries: links, unless `links` says otherwise, and
   * names that would lead out of the target.
   */
  async downloadDirectory(path: SftpPath, target: LocalPath, options: DirectoryTransferOptions = {}): Promise<DirectoryTransferResult> {
    return atOnce(signalOf(options), () => downloadDirectory(this.#shared, path, target, options))
  }

  /** Copies everything below a local directory to a remote one. The result lists the skipped entries: links, unless `links` says otherwise. */
  async uploadDirectory(source: LocalPath, path: SftpPath, options: DirectoryTransferOptions = {}): Promise<DirectoryTransferResult> {
    return atOnce(signalOf(options), () => uploadDirectory(this.#shared, source, path, options))
  }

  /** Asks the server to copy a file itself, without sending its content (`copy-data`). @throws SftpError (OP_UNSUPPORTED) if the server does not offer that. */
  async copyFile(source: SftpPath, target: SftpPath, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    const shared = this.#shared, { requests } = shared
    return atOnce(signal, () => shared.opened(requests.open(source, openFlags('r'), {}, signal), false, async (from) => {
      const { permissions } = await aboutOpened(requests, from, signal)
      const opening = requests.open(target, openFlags('w'), modeAttributes(permissions === undefined ? undefined : permissions & ~LIBSSH2_SFTP_S_IFMT), signal)
      await shared.opened(opening, true, (to) => new SftpFile(shared, from).copyTo(new SftpFile(shared, to), { signal }))
    }))
  }

  // Directories

  /** The entries of a directory as an array, except `.` and `..`. */
  async list(path: SftpPath, options: CallOptions = {}): Promise<SftpEntry[]> {
    const entries: SftpEntry[] = []
    for await (const entry of this.readdir(path, options)) entries.push(entry)
    return entries
  }

  /** The entries of a directory, except `.`, `..` and names that would lead out of it. */
  readdir(path: SftpPath, options: CallOptions = {}): AsyncIterableIterator<SftpEntry> {
    const { signal } = record(options, 'options')
    return readDirectory(this.#requests, path, signal)
  }

  /** Everything below a directory, without the directory itself. Symbolic links are included, but not followed. */
  walk(path: SftpPath, options: CallOptions = {}): AsyncIterableIterator<SftpEntry> {
    const { signal } = record(options, 'options')
    return walkDirectory(this.#requests, path, signal)
  }

  /** With `recursive`, also creates missing parents, and succeeds if the directory exists. */
  async mkdir(path: SftpPath, options: SftpOpenOptions & { readonly recursive?: boolean | undefined } = {}): Promise<void> {
    const { recursive = false, mode, signal } = record(options, 'options')
    if (recursive) await makeDirectories(this.#requests, path, modeAttributes(mode), signal)
    else await this.#requests.mkdir(path, modeAttributes(mode), signal)
  }

  /** Removes an empty directory. */
  async rmdir(path: SftpPath, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    await this.#requests.rmdir(path, signal)
  }

  /** Removes a file or link; with `recursive` also a directory and everything below it. With `force` a missing path is no error. */
  async rm(path: SftpPath, options: CallOptions & { readonly recursive?: boolean | undefined, readonly force?: boolean | undefined } = {}): Promise<void> {
    const { recursive = false, force = false, signal } = record(options, 'options')
    const removing = recursive ? removeAny(this.#requests, path, signal) : this.#requests.remove(path, signal)
    await (force ? unlessMissing(removing) : removing)
  }

  /** Removes a file or a symbolic link. */
  async unlink(path: SftpPath, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    await this.#requests.remove(path, signal)
  }

  // Attributes

  /** Attributes of the path's target. */
  async stat(path: SftpPath, options: CallOptions = {}): Promise<SftpStat> {
    const { signal } = record(options, 'options')
    return withKind(this.#requests, path, await this.#requests.stat(path, signal), signal)
  }

  /** Attributes of a symbolic link itself. */
  async lstat(path: SftpPath, options: CallOptions = {}): Promise<SftpStat> {
    const { signal } = record(options, 'options')
    return withKind(this.#requests, path, await this.#requests.lstat(path, signal), signal)
  }

  /** Whether the path leads to something. @throws SftpError if the server will not say. */
  async exists(path: SftpPath, options: CallOptions = {}): Promise<boolean> {
    const { signal } = record(options, 'options')
    try {
      await this.#requests.stat(path, signal)
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  /** Sets the given attributes. Give owner and group together, and both times together. */
  async setstat(path: SftpPath, attributes: SftpAttributes, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    await this.#requests.setstat(path, attributes, signal)
  }

  /** Like `setstat`, for a symbolic link itself (`lsetstat@openssh.com`). @throws SftpError (OP_UNSUPPORTED) if the server does not offer that. */
  async lsetstat(path: SftpPath, attributes: SftpAttributes, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
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

  /** Truncates a file to `size` bytes, or extends it with zeros. */
  async truncate(path: SftpPath, size = 0, options: CallOptions = {}): Promise<void> {
    await this.setstat(path, { filesize: size }, options)
  }

  /** Statistics of the file system that `path` is on (`statvfs@openssh.com`). @throws SftpError (OP_UNSUPPORTED) if the server does not offer that. */
  async statvfs(path: SftpPath, options: CallOptions = {}): Promise<SftpStatvfs> {
    const { signal } = record(options, 'options')
    return this.#requests.extendedReply('statvfs@openssh.com', path, (writer) => writer.string(checkedPath(path)), readStatvfs, signal)
  }

  // Names

  /**
   * Renames, and atomically replaces `target` if the server can (`posix-rename@openssh.com`).
   * With `overwrite: false` it fails if `target` exists. Servers without the extension refuse that too, and the error says so.
   */
  async rename(source: SftpPath, target: SftpPath, options: CallOptions & { readonly overwrite?: boolean | undefined } = {}): Promise<void> {
    const { overwrite = true, signal } = record(options, 'options')
    if (overwrite) await renameOver(this.#requests, source, target, signal)
    else await this.#requests.rename(source, target, signal)
  }

  /** Makes `linkPath` a symbolic link to `target`. */
  async symlink(target: SftpPath, linkPath: SftpPath, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    await this.#requests.symlink(target, linkPath, signal)
  }

  /** Makes `linkPath` a hard link to the file `existing` (`hardlink@openssh.com`). @throws SftpError (OP_UNSUPPORTED) if the server does not offer that. */
  async hardlink(existing: SftpPath, linkPath: SftpPath, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    await this.#requests.extended('hardlink@openssh.com', linkPath, (writer) => writer.string(checkedPath(existing)).string(checkedPath(linkPath)), signal)
  }

  /** The target of a symbolic link, as stored in it. */
  async readlink(path: SftpPath, options: CallOptions = {}): Promise<string> {
    const { signal } = record(options, 'options')
    return decodeText(await this.#requests.readlink(path, signal))
  }

  /** The absolute path, with links resolved. Relative paths start at `.`. */
  async realpath(path: SftpPath, options: CallOptions = {}): Promise<string> {
    const { signal } = record(options, 'options')
    return decodeText(await this.#requests.realpath(path, signal))
  }

  /** Like `realpath`, but expands `~` and `~user` (`expand-path@openssh.com`, otherwise `home-directory`). @throws SftpError (OP_UNSUPPORTED) if the server offers neither. */
  async expandPath(path: SftpPath, options: CallOptions = {}): Promise<string> {
    const { signal } = record(options, 'options')
    return expandPath(this.#requests, path, signal)
  }

  /**
   * The home directory of a user, by default of the user who has logged in (`expand-path@openssh.com`, otherwise `home-directory`). @throws
   * SftpError (OP_UNSUPPORTED) if the server offers neither; another refusal for an unknown user.
   */
  async homeDirectory(user = '', options: CallOptions = {}): Promise<string> {
    const { signal } = record(options, 'options')
    return homeDirectory(this.#requests, user, signal)
  }

  /**
   * The server's names for the numbers in `uid` and `gid` of attributes (`users-groups-by-id@openssh.com`). Numbers without a name are missing
   * from the maps.
   * @throws SftpError (OP_UNSUPPORTED) if the server does not offer that.
   */
  async ownerNames(ids: SftpOwnerIds, options: CallOptions = {}): Promise<SftpOwnerNames> {
    const { signal } = record(options, 'options')
    return ownerNames(this.#requests, ids, signal)
  }

  /**
   * Asks the server to hash a file, or a part of it (`check-file`: ProFTPD, Apache MINA SSHD). The hash shows whether a copy is identical; it
   * proves nothing about a server that lies.
   * @throws SftpError (OP_UNSUPPORTED) if the server cannot do that.
   */
  async checkFile(path: SftpPath, options: CheckFileOptions = {}): Promise<SftpFileHash> {
    return checkFile(this.#requests, 'check-file-name', encodeText(checkedPath(path)), path, options)
  }

  /** Ends the subsystem and closes its files; the session stays open. Pending calls reject. Idempotent, never rejects. */
  close(): Promise<void> {
    return this.#connection.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(text(encoding, 'encoding'))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new RangeError('encoding must be a name that TextDecoder knows', { cause })
  }
}

const signalOf = (options: CallOptions) => record(options, 'options').signal

function seconds(time: number | Date): number {
  const value = time instanceof Date ? time.getTime() / 1000 : time
  if (typeof value !== 'number') throw new TypeError('a time must be a Date, or a number of seconds since 1970')
  return wholeNumber(Math.floor(value), 'a time')
}
