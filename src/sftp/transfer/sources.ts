import { localFiles } from '#local-files'
import { joinBytes } from '../../wire-format/bytes.ts'
import { endedEarly } from '../protocol/remarks.ts'
import type { LocalName, LocalPath, LocalStat } from '../../runtime/local-files.ts'

/** What can be uploaded: a local path if the runtime has files, or bytes in one of their forms. */
export type UploadSource = LocalPath | Uint8Array | Blob | ReadableStream<Uint8Array>

export interface SourceBytes {
  readonly bytes: Uint8Array
  /** Says that the bytes are no longer needed: their memory may be reused. */
  readonly release?: () => void
}

/** Bytes to send, in order. */
export interface ByteSource extends AsyncDisposable {
  /** For messages. */
  readonly name: string
  /** The total, if it is known. */
  readonly size: number | undefined
  /** All of it, if it is in memory. */
  readonly whole?: Uint8Array
  /** Mode and times of a local file. */
  readonly stat?: LocalStat
  /** The next bytes, which must not change before they are released; `null` after the last. */
  next(): Promise<SourceBytes | null>
  /** A part in the middle, for a comparison; a stream has none. */
  part?(start: number, end: number): Promise<Uint8Array>
  /** True if it had so many bytes and should have had more. */
  endedEarly(found: number): boolean
}

/** Four of OpenSSH's largest requests. */
const BLOCK = 4 * (255 << 10)
const SMALL_BLOCK = 64 << 10
/** Reading this much from memory takes some 20 µs; a tree reads no more files before it waits for the server than may be in flight. */
export const SMALL_FILE = 64 << 10
const NOTHING = new Uint8Array(0)

/** A Proxy of bytes is no memory: the engine's own error for it would name neither the argument nor what it should be. */
export const isBytes = (value: unknown): value is Uint8Array => ArrayBuffer.isView(value) && value instanceof Uint8Array

/** @param offset bytes at the beginning to skip; a stream begins with what comes after them. */
export async function openSource(source: UploadSource, offset: number): Promise<ByteSource> {
  if (isBytes(source)) return fromBytes(source, offset)
  if (source instanceof Blob) return fromBlob(source, offset)
  if (source instanceof ReadableStream) return fromStream(source)
  if (typeof source === 'string' || source instanceof URL) return openLocalSource(source, offset)
  throw new TypeError('the source must be a path, a file: URL, a Uint8Array, a Blob or a ReadableStream')
}

/** A small local file of a tree, read at once; `undefined` for one that must be read piece by piece. */
export function smallSource(path: LocalName): ByteSource | undefined {
  const small = localFiles.readSmall(path, SMALL_FILE)
  return small && { ...fromBytes(small.bytes, 0), name: localFiles.text(path), stat: small.stat, whole: small.bytes }
}

/** A local file of a tree, from its beginning. */
export async function openTreeSource(path: LocalName): Promise<ByteSource> {
  return smallSource(path) ?? openLocalSource(path, 0)
}

function fromBytes(bytes: Uint8Array, offset: number): ByteSource {
  let at = offset
  return {
    name: 'the source',
    size: bytes.length,
    async next() {
      const part = bytes.subarray(at, at + BLOCK)
      at += part.length
      return part.length > 0 ? { bytes: part } : null
    },
    part: async (start, end) => bytes.subarray(start, end),
    endedEarly: () => false,
    async [Symbol.asyncDispose]() {},
  }
}

function fromBlob(blob: Blob, offset: number): ByteSource {
  const part = async (start: number, end: number) => new Uint8Array(await blob.slice(start, end).arrayBuffer())
  let at = offset
  return {
    name: 'the Blob',
    size: blob.size,
    async next() {
      const bytes = await part(at, at + BLOCK)
      at += bytes.length
      return bytes.length > 0 ? { bytes } : null
    },
    part,
    endedEarly: (found) => endedEarly(blob.size, found, undefined),
    async [Symbol.asyncDispose]() {},
  }
}

function fromStream(stream: ReadableStream<Uint8Array>): ByteSource {
  const reader = stream.getReader()
  let over = false
  return {
    name: 'the stream',
    size: undefined,
    async next() {
      const { done, value } = await reader.read()
      if (!done && !isBytes(value)) throw new TypeError('the stream must yield Uint8Array chunks')
      over = done
      return done ? null : { bytes: value }
    },
    endedEarly: () => false,
    async [Symbol.asyncDispose]() {
      // Nobody else can use a stream that was not read to its end, and nothing waits for its cancellation.
      if (!over) reader.cancel().catch(() => {})
      reader.releaseLock()
    },
  }
}

/** A local file, starting at `offset`. */
export async function openLocalSource(path: LocalName, offset: number): Promise<ByteSource & Required<Pick<ByteSource, 'part'>>> {
  const file = await localFiles.open(path, 'read')
  const { stat } = file
  let at = offset
  const spare: Uint8Array[] = []
  const read = async (): Promise<SourceBytes | null> => {
    // Files of /proc have no size. A file with a size is read only that far, even if it grows meanwhile.
    const length = stat.size > 0 ? Math.min(BLOCK, stat.size - at) : SMALL_BLOCK
    const bytes = length > 0 ? await file.read(length, at, spare.pop()) : NOTHING
    at += bytes.length
    return bytes.length > 0 ? { bytes, release: () => spare.push(bytes) } : null
  }
  // Reads one block ahead, so that the disk works while the network does, but not before the first block is wanted: some callers only look at the size.
  let ahead: Promise<SourceBytes | null> | undefined
  const readAhead = () => {
    ahead = read()
    ahead.catch(() => {})
    return ahead
  }
  return {
    name: localFiles.text(path),
    size: stat.size,
    stat,
    async next() {
      const block = await (ahead ?? readAhead())
      if (block) void readAhead()
      return block
    },
    async part(start, end) {
      const parts: Uint8Array[] = []
      for (let from = start; from < end;) {
        const part = await file.read(end - from, from)
        if (part.length === 0) break
        parts.push(part)
        from += part.length
      }
      return joinBytes(parts)
    },
    endedEarly: (found) => endedEarly(stat.size || undefined, found, file.look().size),
    async [Symbol.asyncDispose]() {
      await ahead?.catch(() => {})
      await file.close()
    },
  }
}
