import type { RemoteHandle } from '../../sftp/protocol/requests.ts'
import { tell } from '../tell.ts'
import { FILES, type SftpChannel, toBuffer, toHandle, toPath } from './channel.ts'
import { openFlags } from './protocol.ts'

/** Options of streams in both directions. */
export interface FileStreamOptions {
  /** How to open the file: `r`, `w+`, … */
  flags?: string | undefined
  /** Mode bits. A written file gets them, even if it existed before; without them the server chooses for a new file. */
  mode?: number | string | undefined
  /** Offset of the first byte. */
  start?: number | undefined
  /** Closes the file at the end and after a failure; `true` by default. */
  autoClose?: boolean | undefined
  /** A file that is already open. */
  handle?: Buffer | null | undefined
}

/** Only an encoding, or options. @throws TypeError for anything else */
export function streamOptions<T extends object>(options: unknown): T {
  if (options === undefined) return {} as T
  if (typeof options === 'string') return { encoding: options } as unknown as T
  if (typeof options !== 'object' || options === null) throw new TypeError('"options" argument must be a string or an object')
  return options as T
}

/** A position in a file. @throws TypeError, RangeError with Node's codes */
export function checkPlace(value: unknown, name: string): number {
  if (typeof value !== 'number') throw Object.assign(new TypeError(`The "${name}" argument must be of type number. Received type ${typeof value}`), { code: 'ERR_INVALID_ARG_TYPE' })
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value)
  if (!Number.isSafeInteger(value) || value < 0) throw outOfRange(name, '>= 0 and <= 2 ** 53 - 1', value)
  return value
}

/** What the stream would open, checked before it exists: a stream whose constructor throws must not go on. @throws TypeError, Error for a value that is no path, no flags or no encoding */
export function checkOpening(handle: unknown, path: unknown, flags: string | number, encoding: string | null | undefined): void {
  if (encoding && !Buffer.isEncoding(encoding)) throw Object.assign(new TypeError(`Unknown encoding: ${encoding}`), { code: 'ERR_UNKNOWN_ENCODING' })
  if (givenHandle(handle)) return
  toPath(path)
  openFlags(flags)
}

export function outOfRange(name: string, range: string, value: number): RangeError {
  return Object.assign(new RangeError(`The value of "${name}" is out of range. It must be ${range}. Received ${value}`), { code: 'ERR_OUT_OF_RANGE' })
}

/** The caller's handle, if it is one. */
export function givenHandle(handle: unknown): Buffer | null {
  return Buffer.isBuffer(handle) ? handle : null
}

/** A file stream, as far as opening and closing need it. */
interface FileStream {
  readonly sftp: SftpChannel
  readonly destroyed: boolean
  handle: Buffer | null
  emit(event: 'open', handle: Buffer): boolean
  emit(event: 'ready'): boolean
}

/** How a stream opens its file. */
interface Opening {
  /** Opens the file; throws for invalid arguments. */
  readonly open: () => Promise<RemoteHandle>
  /** What to do first with a file that this stream has opened. */
  readonly opened?: (handle: RemoteHandle) => Promise<void>
  /** Starts the transfer. */
  readonly begin: (handle: RemoteHandle) => void
}

/** Opens the file of a stream, unless it came with a handle, and emits the events. */
export function openStream(stream: FileStream, { open, opened, begin }: Opening, done: (error?: Error | null) => void): void {
  if (stream.handle) {
    begin(toHandle(stream.handle))
    return done()
  }
  try {
    open().then(async (remote) => {
      const handle = stream.handle = toBuffer(remote)
      if (!stream.destroyed) {
        await opened?.(remote)
        begin(remote)
      }
      tell(() => {
        done()
        stream.emit('open', handle)
        stream.emit('ready')
      })
    }).catch((error: unknown) => stream.sftp.refuse(error, done))
  } catch (error) {
    tell(done, error as Error)
  }
}

/**
 * Closes the file of a destroyed stream. A failure to close only matters if nothing else has failed, and if the caller has not ended SFTP or the
 * connection meanwhile: the server gets CLOSE first then, though its answer is not heard any more.
 */
export function closeStream(stream: FileStream, error: Error | null, done: (error?: Error | null) => void): void {
  const { handle, sftp } = stream
  stream.handle = null
  if (!handle) return done(error)
  sftp[FILES].requests.close(toHandle(handle)).then(
    () => process.nextTick(done, error),
    (failure: unknown) => error || sftp.left ? process.nextTick(done, error) : sftp.refuse(failure, done),
  )
}
