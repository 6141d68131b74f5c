import { openLocalFile } from '#local-files'
import type { LocalPath } from '../../runtime/local-files.ts'

/** What can be uploaded: a local path where the runtime has files, or bytes in one of their forms. */
export type UploadSource = LocalPath | Uint8Array | Blob | ReadableStream<Uint8Array>

export interface SourceBytes {
  readonly bytes: Uint8Array
  /** They are needed no longer: their memory may be used again. */
  readonly release?: () => void
}

/** Bytes to be sent, in order. */
export interface ByteSource extends AsyncDisposable {
  /** All of them, where that is known. */
  readonly size: number | undefined
  /** Mode bits of a local file. */
  readonly mode: number | undefined
  /** The next ones, which nobody changes before they are released; `null` after the last. */
  next(): Promise<SourceBytes | null>
}

/** Four of OpenSSH's largest requests. */
const BLOCK = 4 * (255 << 10)
const SMALL_BLOCK = 64 << 10
const NOTHING = new Uint8Array(0)

/** @param offset bytes at the beginning that are left out; a stream begins with what comes after them. */
export async function openSource(source: UploadSource, offset: number): Promise<ByteSource> {
  if (source instanceof Uint8Array) return fromBytes(source, offset)
  if (source instanceof Blob) return fromBlob(source, offset)
  if (source instanceof ReadableStream) return fromStream(source)
  return fromFile(source, offset)
}

function fromBytes(bytes: Uint8Array, offset: number): ByteSource {
  let at = offset
  return {
    size: bytes.length,
    mode: undefined,
    async next() {
      const part = bytes.subarray(at, at + BLOCK)
      at += part.length
      return part.length > 0 ? { bytes: part } : null
    },
    async [Symbol.asyncDispose]() {},
  }
}

function fromBlob(blob: Blob, offset: number): ByteSource {
  let at = offset
  return {
    size: blob.size,
    mode: undefined,
    async next() {
      const part = new Uint8Array(await blob.slice(at, at + BLOCK).arrayBuffer())
      at += part.length
      return part.length > 0 ? { bytes: part } : null
    },
    async [Symbol.asyncDispose]() {},
  }
}

function fromStream(stream: ReadableStream<Uint8Array>): ByteSource {
  const reader = stream.getReader()
  let over = false
  return {
    size: undefined,
    mode: undefined,
    async next() {
      const { done, value } = await reader.read()
      if (!done && !(value instanceof Uint8Array)) throw new TypeError('the stream must give Uint8Array chunks')
      over = done
      return done ? null : { bytes: value }
    },
    async [Symbol.asyncDispose]() {
      // What was not read to its end is of no use to anybody else.
      if (!over) await reader.cancel().catch(() => {})
      reader.releaseLock()
    },
  }
}

async function fromFile(path: LocalPath, offset: number): Promise<ByteSource> {
  const file = await openLocalFile(path, 'read')
  let at = offset
  const spare: Uint8Array[] = []
  const read = async (): Promise<SourceBytes | null> => {
    // Files of /proc have no size. What has one is read that far, however it grows meanwhile.
    const length = file.size > 0 ? Math.min(BLOCK, file.size - at) : SMALL_BLOCK
    const bytes = length > 0 ? await file.read(length, at, spare.pop()) : NOTHING
    at += bytes.length
    return bytes.length > 0 ? { bytes, release: () => spare.push(bytes) } : null
  }
  // One block ahead: the disk works while the network does.
  let ahead = read()
  ahead.catch(() => {})
  return {
    size: file.size,
    mode: file.mode,
    async next() {
      const block = await ahead
      if (block) {
        ahead = read()
        ahead.catch(() => {})
      }
      return block
    },
    async [Symbol.asyncDispose]() {
      await ahead.catch(() => {})
      await file.close()
    },
  }
}
