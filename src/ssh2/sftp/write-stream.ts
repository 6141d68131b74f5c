import { Writable, type WritableOptions } from 'node:stream'
import { openFile } from '../../sftp/protocol/remarks.ts'
import type { RemoteHandle } from '../../sftp/protocol/requests.ts'
import type { WritePipeline } from '../../sftp/transfer/write-pipeline.ts'
import { copyBytes } from '../../wire-format/bytes.ts'
import { tell } from '../tell.ts'
import { attributesOfNew, toMode } from './attributes.ts'
import { FILES, type SftpChannel } from './channel.ts'
import { setMode } from './fast.ts'
import { openFlags } from './protocol.ts'
import { checkOpening, checkPlace, closeStream, type FileStreamOptions, givenHandle, openStream, streamOptions } from './stream-file.ts'

/** Options of `createWriteStream`. */
export interface WriteStreamOptions extends FileStreamOptions, Omit<WritableOptions, 'write' | 'writev' | 'final' | 'destroy' | 'construct'> {
  /** The encoding of strings that are written without one. */
  encoding?: BufferEncoding | undefined
}

/**
 * Writes a remote file, with several requests in flight. Emits `open` with the handle, `ready`, `finish` when the server has everything, and
 * `close` when it has closed the file.
 */
export class WriteStream extends Writable {
  readonly path: string
  readonly flags: string
  readonly mode: number | string
  readonly start: number | undefined
  readonly autoClose: boolean
  /** The open file; `null` before and after. */
  handle: Buffer | null
  /** Offset of the next byte. */
  pos: number
  /** Bytes that the server has so far. */
  bytesWritten = 0
  /** @internal */
  readonly sftp: SftpChannel
  #pipeline: WritePipeline | undefined
  /** The mode that was asked for: only that one is set. */
  readonly #wantedMode: number | undefined
  /** Waits for what is on the way, so that a failure is told at once and not with the next write. */
  #watch: Promise<void> | undefined
  #failed = false

  /** @internal */
  constructor(sftp: SftpChannel, path: string, given?: WriteStreamOptions | string) {
    const { flags = 'w', mode, start, autoClose = true, handle, encoding, ...rest } = streamOptions<WriteStreamOptions>(given)
    if (start !== undefined) checkPlace(start, 'start')
    const wantedMode = mode === undefined || mode === null ? undefined : toMode(mode)
    checkOpening(handle, path, flags, encoding)
    // Text is always written as bytes.
    super({ ...rest, decodeStrings: true, objectMode: false, emitClose: true, autoDestroy: Boolean(autoClose) })
    if (encoding) this.setDefaultEncoding(encoding)
    this.sftp = sftp
    this.path = path
    this.flags = flags
    this.mode = mode ?? 0o666
    this.#wantedMode = wantedMode
    this.start = start
    this.autoClose = autoClose
    this.handle = givenHandle(handle)
    this.pos = start ?? 0
  }

  /** True until the file is open. */
  get pending(): boolean {
    return this.handle === null
  }

  /** The file has been closed. */
  get isClosed(): boolean {
    return this.closed
  }

  /** No effect: the file opens automatically. */
  open(): void {}

  override _construct(done: (error?: Error | null) => void): void {
    const [files, mode] = [this.sftp[FILES], this.#wantedMode]
    openStream(this, {
      open: () => openFile(files.requests, this.path, openFlags(this.flags), attributesOfNew(mode), undefined),
      opened: async (handle) => { if (mode !== undefined) await setMode(files, handle, this.path, mode) },
      begin: (handle) => this.#begin(handle),
    }, done)
  }

  #begin(handle: RemoteHandle): void {
    this.pos = handle.append ?? this.pos
    this.#pipeline = this.sftp[FILES].writing(handle, { start: this.pos, signal: undefined, onWritten: (bytes) => { this.bytesWritten += bytes } })
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.pos += chunk.length
    // A copy: the caller may change the chunk once `done` has been called, which is before the server has it.
    this.#settle(this.#pipeline?.write(copyBytes(chunk)), done)
    this.#watch ??= this.#pipeline?.finish().catch((error: unknown) => this.sftp.refuse(error, (failure) => this.#tell(failure))).finally(() => { this.#watch = undefined })
  }

  /** Something on the way has failed. */
  #tell(failure: Error): void {
    if (this.#failed || this.destroyed) return
    this.#failed = true
    if (this.autoClose) this.destroy(failure)
    else this.emit('error', failure)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#settle(this.#pipeline?.finish(), done)
  }

  #settle(work: Promise<void> | undefined, done: (error?: Error | null) => void): void {
    if (!work) return done()
    work.then(() => tell(done), (error: unknown) => this.sftp.refuse(error, (failure) => {
      this.#failed = true
      done(failure)
    }))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    closeStream(this, error, done)
  }

  /** Writes the rest, and closes the file. @param callback is called after that */
  close(callback?: (error?: Error | null) => void): void {
    if (callback) {
      if (this.closed) return tell(callback)
      this.once('close', callback)
    }
    if (!this.autoClose) this.once('finish', () => this.destroy())
    this.end()
  }

  /** The same as `end`. */
  destroySoon(): void {
    this.end()
  }
}
