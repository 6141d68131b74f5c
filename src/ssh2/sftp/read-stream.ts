import { Buffer } from 'node:buffer'
import { Readable, type ReadableOptions } from 'node:stream'
import { aboutOpened, saidSize } from '../../sftp/protocol/remarks.ts'
import type { RemoteHandle } from '../../sftp/protocol/requests.ts'
import type { ReadPipeline } from '../../sftp/transfer/read-pipeline.ts'
import { tell } from '../tell.ts'
import { attributesOfNew } from './attributes.ts'
import { FILES, type SftpChannel } from './channel.ts'
import { openFlags } from './protocol.ts'
import { checkOpening, checkPlace, closeStream, type FileStreamOptions, givenHandle, openStream, outOfRange, streamOptions } from './stream-file.ts'

/** Options of `createReadStream`. */
export interface ReadStreamOptions extends FileStreamOptions, Omit<ReadableOptions, 'read' | 'destroy' | 'construct'> {
  /** Offset of the last byte, inclusive; by default the end of the file. */
  end?: number | undefined
}

const HIGH_WATER_MARK = 64 << 10

/** A remote file, read ahead as far as the link makes it worthwhile. Emits `open` with the handle, and `ready`. */
export class ReadStream extends Readable {
  readonly path: string
  readonly flags: string
  readonly mode: number | string
  readonly start: number | undefined
  readonly end: number
  readonly autoClose: boolean
  /** The open file; `null` before and after. */
  handle: Buffer | null
  /** Offset of the next byte. */
  pos: number
  /** Bytes received so far. */
  bytesRead = 0
  /** @internal */
  readonly sftp: SftpChannel
  #pipeline: ReadPipeline | undefined

  /** @internal */
  constructor(sftp: SftpChannel, path: string, given?: ReadStreamOptions | string) {
    const options = streamOptions<ReadStreamOptions>(given)
    const { flags = 'r', mode = 0o666, start, end = Infinity, autoClose = true, handle, highWaterMark = HIGH_WATER_MARK, ...rest } = options
    if (start !== undefined) checkPlace(start, 'start')
    if (end !== Infinity) checkPlace(end, 'end')
    if (start !== undefined && start > end) throw outOfRange('start', `<= "end" (here: ${end})`, start)
    checkOpening(handle, path, flags, rest.encoding)
    super({ ...rest, highWaterMark, emitClose: true, autoDestroy: Boolean(autoClose) })
    this.sftp = sftp
    this.path = path
    this.flags = flags
    this.mode = mode
    this.start = start
    this.end = end
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
    openStream(this, {
      open: () => this.sftp[FILES].requests.open(this.path, openFlags(this.flags), attributesOfNew(this.mode)),
      begin: (handle) => this.#begin(handle),
    }, done)
    // What fails is told even if nobody reads yet.
    this.once('open', () => this.read(0))
  }

  #begin(handle: RemoteHandle): void {
    const files = this.sftp[FILES]
    const pipeline = this.#pipeline = files.reading(handle, { start: this.pos, end: this.end + 1 })
    if (this.end !== Infinity) return
    pipeline.begin()
    aboutOpened(files.requests, handle, undefined).then((about) => pipeline.expect(saidSize(about)), () => { /* the reads report it */ })
  }

  override _read(): void {
    this.#pipeline?.next().then((data) => {
      if (!data) return tell(() => { this.push(null) })
      const bytes = Buffer.concat(data.parts)
      tell(() => {
        this.bytesRead += bytes.length
        this.pos += bytes.length
        this.push(bytes)
      })
    }).catch((error: unknown) => this.sftp.refuse(error, (failure) => {
      if (this.autoClose) this.destroy(failure)
      else this.emit('error', failure)
    }))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pipeline?.[Symbol.dispose]()
    closeStream(this, error, done)
  }

  /** Ends it, and closes the file. @param callback is called after that */
  close(callback?: (error?: Error | null) => void): void {
    if (callback) {
      if (this.closed) tell(callback)
      else this.prependOnceListener('close', () => callback(this.errored))
    }
    this.destroy()
  }
}
