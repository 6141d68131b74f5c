import { Buffer } from 'node:buffer'
import { aboutOpened, openFile, saidSize } from '../../sftp/protocol/remarks.ts'
import type { RemoteHandle } from '../../sftp/protocol/requests.ts'
import type { SftpShared } from '../../sftp/transfer/shared.ts'
import { attributesOfNew } from './attributes.ts'
import { opened } from './opened.ts'
import { openFlags } from './protocol.ts'

/** How a whole file is read. */
export interface ReadFileOptions {
  /** The result is a string. */
  encoding?: BufferEncoding | null | undefined
  /** `r` by default. */
  flag?: string | undefined
}

/** How a whole file is written. */
export interface WriteFileOptions {
  /** The encoding of text; UTF-8 by default. */
  encoding?: BufferEncoding | null | undefined
  /** The mode of a new file; by default the server chooses. */
  mode?: number | string | undefined
  /** `w` by default. */
  flag?: string | undefined
}

/** Only an encoding, or options. @throws TypeError, Error for anything else */
export function wholeFileOptions(options: unknown): ReadFileOptions & WriteFileOptions {
  const given = typeof options === 'string' ? { encoding: options as BufferEncoding } : options ?? {}
  if (typeof given !== 'object') throw new TypeError('Bad arguments')
  const { encoding } = given as ReadFileOptions
  if (encoding && !Buffer.isEncoding(encoding)) throw new Error(`Unknown encoding: ${String(encoding)}`)
  return given
}

/** The whole file, up to where the server says that it ends. */
export function readWholeFile(files: SftpShared, path: string, { encoding, flag }: ReadFileOptions): Promise<Buffer | string> {
  return opened(files, files.requests.open(path, openFlags(flag || 'r'), {}), false, async (handle) => {
    const bytes = await readAll(files, handle)
    return encoding ? bytes.toString(encoding) : bytes
  })
}

async function readAll(files: SftpShared, handle: RemoteHandle): Promise<Buffer> {
  const looking = aboutOpened(files.requests, handle, undefined)
  // Small files arrive together with the reply that states their size.
  using pipeline = files.reading(handle).begin()
  pipeline.expect(saidSize(await looking))
  return Buffer.concat(await pipeline.rest())
}

/** Bytes unchanged; everything else as text. */
export function bytesOf(data: unknown, encoding: BufferEncoding | null | undefined): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.from(String(data), encoding || 'utf8')
}

/** Writes the whole file, or appends to it. The write is complete when the server has closed the file. */
export function writeWholeFile(files: SftpShared, path: string, data: Uint8Array, { mode, flag }: WriteFileOptions): Promise<void> {
  return opened(files, openFile(files.requests, path, openFlags(flag || 'w'), attributesOfNew(mode), undefined), true, async (handle, close) => {
    const pipeline = files.writing(handle, { start: 0, signal: undefined })
    await pipeline.write(data)
    const finished = pipeline.finish()
    if (pipeline.requests <= 1) close()
    await finished
  })
}
