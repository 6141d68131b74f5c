import { record, wholeNumber } from '../../bindings/arguments.ts'
import type { SftpAttributes, SftpStatvfs } from '../../bindings/sftp/attributes.ts'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { bytesOf } from '../../wire-format/bytes-of.ts'
import { copyBytes, joinBytes } from '../../wire-format/bytes.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import { SftpStat } from '../protocol/attributes.ts'
import type { ReadRange } from '../transfer/read-pipeline.ts'
import type { RemoteHandle } from '../protocol/requests.ts'
import type { SftpShared } from '../transfer/shared.ts'
import { readPart } from '../transfer/download.ts'
import type { SftpContentOptions } from '../transfer/flow.ts'
import { checkFile, type CheckFileOptions, type SftpFileHash } from '../protocol/check-file.ts'
import { readStatvfs } from '../protocol/statvfs.ts'

export interface SftpReadableOptions extends SftpContentOptions {
  /** Offset of the first byte; 0 by default. */
  readonly start?: number | undefined
  /** Offset where to stop, exclusive; by default the end of the file. */
  readonly end?: number | undefined
}

export interface SftpWritableOptions extends SftpContentOptions {
  /** Offset of the first byte; 0 by default. A file opened for appending ignores it. */
  readonly start?: number | undefined
}

/** An open remote file. Each read and write has its own position, so any number of them may be in flight at once. */
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

  /** Up to `length` bytes starting at `position`: fewer only at the end of the file, none beyond it. */
  async read(length: number, position: number, options: CallOptions = {}): Promise<Uint8Array> {
    const { signal } = record(options, 'options')
    const start = offset(position, 'position')
    return readPart(this.#shared, this.#open, start, start + offset(length, 'length'), signal)
  }

  /**
   * Writes all of `data` at `position`, or at the end of a file opened for appending, and resolves when the server has it. You may change `data`
   * afterwards, also after an abort.
   */
  async write(data: Uint8Array | string, position: number, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    const pipeline = this.#shared.writing(this.#open, { start: offset(position, 'position'), signal })
    await pipeline.write(copyBytes(bytesOf(data)))
    await pipeline.finish()
  }

  /** The file, or a part of it, as a stream that reads ahead while somebody reads. Cancelling leaves the file open. */
  readable(options: SftpReadableOptions = {}): ReadableStream<Uint8Array> {
    const { start = 0, end, signal, ...flow } = record(options, 'options')
    const range: ReadRange = { start: offset(start, 'start'), signal, ...end !== undefined && { end: offset(end, 'end') } }
    const pipeline = this.#shared.with(flow).reading(this.#open, range)
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const data = await pipeline.next()
          if (!data) return controller.close()
          // A copy: the parts share memory with others, and the reader may transfer a chunk to a worker.
          controller.enqueue(joinBytes(data.parts))
        } catch (error) {
          pipeline[Symbol.dispose]()
          throw error
        }
      },
      cancel: () => pipeline[Symbol.dispose](),
    }, { highWaterMark: 0 })
  }

  /** A stream into the file. You may change a chunk once its write has resolved. Closing waits until the server has everything, and leaves the file open. */
  writable(options: SftpWritableOptions = {}): WritableStream<Uint8Array | string> {
    const { start = 0, signal, ...flow } = record(options, 'options')
    const pipeline = this.#shared.with(flow).writing(this.#open, { start: offset(start, 'start'), signal })
    return new WritableStream<Uint8Array | string>({
      write: (chunk) => pipeline.write(copyBytes(bytesOf(chunk, 'a part'))),
      close: () => pipeline.finish(),
    })
  }

  /** SSH_FXP_FSTAT. If the server does not tell the type, it is a file. */
  async stat(options: CallOptions = {}): Promise<SftpStat> {
    const { signal } = record(options, 'options')
    return new SftpStat(await this.#shared.requests.fstat(this.#open, signal), 'file')
  }

  /** Sets the given attributes. SSH_FXP_FSETSTAT. */
  async setstat(attributes: SftpAttributes, options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    await this.#shared.requests.fsetstat(this.#open, attributes, signal)
  }

  /** Truncates the file to `size` bytes, or extends it with zeros. */
  async truncate(size = 0, options: CallOptions = {}): Promise<void> {
    await this.setstat({ filesize: size }, options)
  }

  /** Asks the server to write the file to its disk (`fsync@openssh.com`). @throws SftpError (OP_UNSUPPORTED) if the server does not offer that. */
  async sync(options: CallOptions = {}): Promise<void> {
    const { signal } = record(options, 'options')
    const { id, path } = this.#open
    await this.#shared.requests.extended('fsync@openssh.com', path, (writer) => writer.string(id), signal)
  }

  /** Statistics of the file system that the file is on (`fstatvfs@openssh.com`). */
  async statvfs(options: CallOptions = {}): Promise<SftpStatvfs> {
    const { signal } = record(options, 'options')
    const { id, path } = this.#open
    return this.#shared.requests.extendedReply('fstatvfs@openssh.com', path, (writer) => writer.string(id), readStatvfs, signal)
  }

  /** Like `SftpClient.checkFile`, for this file, which must be open for reading (`check-file-handle`). */
  async check(options: CheckFileOptions = {}): Promise<SftpFileHash> {
    const { id, path } = this.#open
    return checkFile(this.#shared.requests, 'check-file-handle', id, path, options)
  }

  /**
   * Asks the server to copy `length` bytes (0: up to the end), starting at `position`, to `target` at `targetPosition`, without sending them
   * (`copy-data`).
   * @throws SftpError (OP_UNSUPPORTED) if the server does not offer that.
   */
  async copyTo(target: SftpFile, options: CallOptions & { readonly position?: number, readonly length?: number, readonly targetPosition?: number } = {}): Promise<void> {
    const { position = 0, length = 0, targetPosition = 0, signal } = record(options, 'options')
    if (!(target instanceof SftpFile)) throw new TypeError('target must be an SftpFile')
    const { id, path } = this.#open
    const to = target.#open
    await this.#shared.requests.extended('copy-data', path, (writer) => {
      writer.string(id).uint64(BigInt(offset(position, 'position'))).uint64(BigInt(offset(length, 'length'))).string(to.id).uint64(BigInt(offset(targetPosition, 'targetPosition')))
    }, signal)
  }

  /** Closes the file. Idempotent. @throws SftpError if the server could not store what was written. */
  close(): Promise<void> {
    this.#closing ??= this.#shared.requests.close(this.#handle)
    return this.#closing
  }

  /** Closes the file. If the session or SFTP has ended, nothing is left to close, and the error of the work is not hidden by another one: `close()` tells. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.close()
    } catch (error) {
      if (error !== this.#shared.requests.connection.failure) throw error
    }
  }
}

function offset(value: number, name: string): number {
  return wholeNumber(value, name, 0, Number.MAX_SAFE_INTEGER)
}
