import { localFiles } from '#local-files'
import type { SftpStat } from '../protocol/attributes.ts'
import { joinBytes, sizeOf } from '../../wire-format/bytes.ts'
import { openLocalSource } from './sources.ts'
import type { LocalFile, LocalName, LocalPath } from '../../runtime/local-files.ts'

/** Where a download goes: a local path if the runtime has files, or a stream. */
export type DownloadTarget = LocalPath | WritableStream<Uint8Array>

/** Takes bytes in order, and is then finished or abandoned. */
export interface ByteSink {
  /** For messages. */
  readonly name: string
  /** Bytes that are already there. */
  readonly size: number
  write(data: readonly Uint8Array[]): Promise<void>
  /** A part of what was already there, for a comparison; a stream has none. */
  part?(start: number, end: number): Promise<Uint8Array>
  /** Everything has been written. */
  finish(): Promise<void>
  /** The transfer failed. Never rejects. */
  abandon(reason: unknown): Promise<void>
}

export interface SinkOptions {
  /** Bytes that are already there, and are kept; `undefined`: all that a local file has. */
  readonly offset: number | undefined
  /** What the server says about the file. */
  readonly about: SftpStat
  /** `false`: the system chooses the mode. */
  readonly mode?: number | false | undefined
  /** Sets mode and times to those of the remote file. Otherwise only a new file gets the mode, less the user's umask. */
  readonly preserve?: boolean | undefined
  /** Times alone. */
  readonly times?: boolean | undefined
  readonly atomic?: boolean | undefined
}

export async function openSink(target: DownloadTarget | Uint8Array, options: SinkOptions): Promise<ByteSink> {
  if (target instanceof WritableStream) return intoStream(target, options.offset ?? 0)
  if (typeof target !== 'string' && !(target instanceof URL) && !(target instanceof Uint8Array)) throw new TypeError('the target must be a path, a file: URL or a WritableStream')
  return options.atomic ? besideFile(target, options) : intoFile(target, options)
}

function intoStream(stream: WritableStream<Uint8Array>, size: number): ByteSink {
  const writer = stream.getWriter()
  return {
    name: 'the stream',
    size,
    async write(data) {
      // A copy: the parts share memory with others, and the reader may transfer a chunk to a worker.
      await writer.write(joinBytes(data))
    },
    finish: () => writer.close(),
    abandon: (reason) => writer.abort(reason).catch(() => {}),
  }
}

/** A new file has the remote file's mode, but is always writable (as in OpenSSH's `get`). */
export function newMode({ about, mode }: Pick<SinkOptions, 'about' | 'mode'>): number {
  if (typeof mode === 'number') return mode
  return mode === false || about.permissions === undefined ? 0o666 : about.permissions & 0o777 | 0o200
}

async function setAttributes(file: LocalFile, { about, mode, preserve, times }: SinkOptions): Promise<void> {
  const { permissions, atime, mtime } = about
  await file.set({
    ...typeof mode === 'number' ? { mode } : preserve && mode !== false && permissions !== undefined ? { mode: permissions & 0o777 } : {},
    ...(preserve || times) && atime !== undefined && mtime !== undefined ? { times: [atime, mtime] as const } : {},
  })
}

async function intoFile(path: LocalName, options: SinkOptions): Promise<ByteSink> {
  const { offset } = options
  const file = await localFiles.open(path, offset === 0 ? 'replace' : 'go-on', newMode(options))
  const size = offset ?? file.stat.size
  const writer = behindEachOther(file, size)
  return {
    name: localFiles.text(path),
    size,
    write: writer.write,
    async part(start, end) {
      await using written = await openLocalSource(path, 0)
      return await written.part(start, end)
    },
    async finish() {
      try {
        if (file.stat.size > writer.at) await file.truncate(writer.at)
        await setAttributes(file, options)
      } finally {
        await file.close()
      }
    },
    abandon: () => file.close().catch(() => {}),
  }
}

/** Writes a part file beside the target, which replaces it in the end; until then the old one stays as it is. */
async function besideFile(path: LocalName, options: SinkOptions): Promise<ByteSink> {
  // A link stays; its target is replaced.
  const old = await localFiles.look(path, true)
  const target = old ? await localFiles.realPath(path) : path
  const part = localFiles.beside(target, (name) => `.${name}.part`)
  await localFiles.remove(part)
  const file = await localFiles.open(part, 'new', newMode(options))
  const abandon = async () => {
    await file.close().catch(() => {})
    await localFiles.remove(part).catch(() => {})
  }
  return {
    name: localFiles.text(path),
    size: 0,
    write: behindEachOther(file, 0).write,
    async finish() {
      try {
        if (old) await file.set({ mode: old.mode })
        await setAttributes(file, options)
        await file.sync()
        await file.close()
        await localFiles.rename(part, target)
      } catch (error) {
        await abandon()
        throw error
      }
    },
    abandon,
  }
}

function behindEachOther(file: LocalFile, start: number): Pick<ByteSink, 'write'> & { at: number } {
  const writer = {
    at: start,
    async write(data: readonly Uint8Array[]) {
      await file.write(data, writer.at)
      writer.at += sizeOf(data)
    },
  }
  return writer
}
