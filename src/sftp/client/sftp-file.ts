import { wholeNumber } from '../../bindings/arguments.ts'
import type { SftpAttributes, SftpStatvfs } from '../../bindings/sftp/attributes.ts'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { bytesOf } from '../../wire-format/bytes-of.ts'
import { copyBytes } from '../../wire-format/bytes.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import type { SftpStat } from '../protocol/attributes.ts'
import type { ReadRange } from '../transfer/read-pipeline.ts'
import type { RemoteHandle } from '../protocol/requests.ts'
import type { SftpShared } from '../transfer/shared.ts'
import { readPart } from '../transfer/download.ts'
import type { SftpContentOptions } from '../transfer/flow.ts'
import { checkFile, type CheckFileOptions, type SftpFileHash } from '../protocol/check-file.ts'
import { readStatvfs } from '../protocol/statvfs.ts'

export interface SftpReadableOptions extends SftpContentOptions {
  /** Where to begin, in bytes; 0 if none is given. */
  readonly start?: number | undefined
  /** Where to stop, not included; the end of the file if none is given. */
  readonly end?: number | undefined
}

export interface SftpWritableOptions extends SftpContentOptions {
  /** Where to begin, in bytes; 0 if none is given. Files opened for appending do not look at it. */
  readonly start?: number | undefined
}

/** An open remote file. Reads and writes have positions of their own, so any number of them may be under way at once. */
export class SftpFile implements AsyncDisposable {
  readonly path: SftpPath
  readonly #shared: SftpShared
  readonly #handle: RemoteHandle
  #closing: Promise<void> | undefined

  /** For `sftp.open()`. */
  constructor(shared: SftpShared, handle: RemoteHandle) {
    this.#shared = shared
    this.#handle = handle
    this.path = handle.path
  }

  get #open(): RemoteHandle {
    if (this.#closing) throw new SSHError('this file has been closed', { code: 'ERR_HANDLE_FREED' })
    return this.#handle
  }

  /** Up to `length` bytes from `position` on; fewer only at the end of the file, none behind it. */
  async read(length: number, position: number, { signal }: CallOptions = {}): Promise<Uint8Array> {
    const start = offset(position, 'position')
    return readPart(this.#shared, this.#open, start, start + offset(length, 'length'), signal)
  }

  /** Writes all of `data` at `position`, in a file opened for appending at its end, and resolves when the server has it. `data` may be changed afterwards, after an abort too. */
  async write(data: Uint8Array | string, position: number, { signal }: CallOptions = {}): Promise<void> {
    const pipeline = this.#shared.writing(this.#open, { start: offset(position, 'position'), signal })
    await pipeline.write(copyBytes(bytesOf(data)))
    await pipeline.finish()
  }

  /** The file, or a part of it, as a stream that reads ahead while somebody reads. Cancelling leaves the file open. */
  readable({ start = 0, end, signal, ...flow }: SftpReadableOptions = {}): ReadableStream<Uint8Array> {
    const range: ReadRange = { start: offset(start, 'start'), signal, ...end !== undefined && { end: offset(end, 'end') } }
    const pipeline = this.#shared.with(flow).reading(this.#open, range)
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          using data = await pipeline.next()
          // Copies: the parts share memory with others, and whoever gets a chunk may transfer it to a worker.
          if (!data) return controller.close()
          for (const part of data.parts) controller.enqueue(part.slice())
        } catch (error) {
          pipeline[Symbol.dispose]()
          throw error
        }
      },
      cancel: () => pipeline[Symbol.dispose](),
    }, { highWaterMark: 0 })
  }

  /** A stream into the file. A chunk may be changed once its write has resolved; closing waits until the server has everything, and leaves the file open. */
  writable({ start = 0, signal, ...flow }: SftpWritableOptions = {}): WritableStream<Uint8Array | string> {
    const pipeline = this.#shared.with(flow).writing(this.#open, { start: offset(start, 'start'), signal })
    return new WritableStream<Uint8Array | string>({
      write: (chunk) => pipeline.write(copyBytes(bytesOf(chunk, 'a part'))),
      close: () => pipeline.finish(),
    })
  }

  /** SSH_FXP_FSTAT. */
  async stat({ signal }: CallOptions = {}): Promise<SftpStat> {
    return this.#shared.requests.fstat(this.#open, signal)
  }

  /** Sets the attributes that are given. SSH_FXP_FSETSTAT. */
  async setstat(attributes: SftpAttributes, { signal }: CallOptions = {}): Promise<void> {
    await this.#shared.requests.fsetstat(this.#open, attributes, signal)
  }

  /** Cuts the file, or fills it with zeros, to `size` bytes. */
  async truncate(size = 0, options: CallOptions = {}): Promise<void> {
    await this.setstat({ filesize: size }, options)
  }

  /** Has the server write the file to its disk (`fsync@openssh.com`). @throws SftpError (OP_UNSUPPORTED) where that is not offered. */
  async sync({ signal }: CallOptions = {}): Promise<void> {
    const { id, path } = this.#open
    await this.#shared.requests.extended('fsync@openssh.com', path, (writer) => writer.string(id), signal)
  }

  /** Figures of the file system that the file is on (`fstatvfs@openssh.com`). */
  async statvfs({ signal }: CallOptions = {}): Promise<SftpStatvfs> {
    const { id, path } = this.#open
    return this.#shared.requests.extendedReply('fstatvfs@openssh.com', path, (writer) => writer.string(id), readStatvfs, signal)
  }

  /** As `SftpClient.checkFile`, of this file, which must be open for reading (`check-file-handle`). */
  async check(options: CheckFileOptions = {}): Promise<SftpFileHash> {
    const { id, path } = this.#open
    return checkFile(this.#shared.requests, 'check-file-handle', id, path, options)
  }

  /**
   * Has the server copy `length` bytes (0: up to the end) from `position` on to `target` at `targetPosition`; nothing passes the wire (`copy-data`).
   * @throws SftpError (OP_UNSUPPORTED) where that is not offered.
   */
  async copyTo(target: SftpFile, { position = 0, length = 0, targetPosition = 0, signal }: CallOptions & { readonly position?: number, readonly length?: number, readonly targetPosition?: number } = {}): Promise<void> {
    if (!(target instanceof SftpFile)) throw new TypeError('target must be an SftpFile')
    const { id, path } = this.#open
    const to = target.#open
    await this.#shared.requests.extended('copy-data', path, (writer) => {
      writer.string(id).uint64(BigInt(offset(position, 'position'))).uint64(BigInt(offset(length, 'length'))).string(to.id).uint64(BigInt(offset(targetPosition, 'targetPosition')))
    }, signal)
  }

  /** Closes the file. Idempotent. @throws SftpError if the server could not keep what was written. */
  close(): Promise<void> {
    this.#closing ??= this.#shared.requests.close(this.#handle)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function offset(value: number, name: string): number {
  return wholeNumber(value, name, 0, Number.MAX_SAFE_INTEGER)
}
