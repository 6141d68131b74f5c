import { aboutOpened, saidSize } from '../../sftp/protocol/remarks.ts'
import { SftpStat } from '../../sftp/protocol/attributes.ts'
import type { RemoteHandle } from '../../sftp/protocol/requests.ts'
import { type SftpShared, sizeMismatch } from '../../sftp/transfer/shared.ts'
import { openSink } from '../../sftp/transfer/sinks.ts'
import { type ByteSource, openTreeSource } from '../../sftp/transfer/sources.ts'
import { sendAll } from '../../sftp/transfer/upload.ts'
import { wasCut } from '../../sftp/transfer/download.ts'
import { tell } from '../tell.ts'
import { toMode } from './attributes.ts'
import { opened } from './opened.ts'
import { OPEN_MODE } from './protocol.ts'

/** Options of `fastGet` and `fastPut`. */
export interface TransferOptions {
  /** Requests at a time. Values below the default of 64 are respected; above it, the library chooses by what the link holds. */
  concurrency?: number | undefined
  /** Bytes per request. Values below the default of 32768 are respected; above it, the library chooses by what the server accepts. */
  chunkSize?: number | undefined
  /** Bytes to transfer, for servers that do not report the size. */
  fileSize?: number | undefined
  /** Called after each piece with the bytes transferred so far, the piece's, and the total. */
  step?: ((total: number, chunk: number, size: number) => void) | undefined
  /** Mode bits of the copy; text is octal. */
  mode?: number | string | undefined
}

/** The valid options. */
interface Transfer {
  readonly files: SftpShared
  readonly fileSize: number | undefined
  readonly mode: number | undefined
  readonly step: (total: number, chunk: number, size: number) => void
}

const CONCURRENCY = 64
const CHUNK_SIZE = 32768

/** Invalid options are ignored, as in `ssh2`. */
export function transferOf(files: SftpShared, options: unknown): Transfer {
  const { concurrency, chunkSize, fileSize, step, mode } = (typeof options === 'object' && options !== null ? options : {}) as TransferOptions
  const fewer = (value: unknown, usual: number) => typeof value === 'number' && value >= 1 && value < usual ? Math.floor(value) : undefined
  return {
    files: files.with({ concurrency: fewer(concurrency, CONCURRENCY), chunkSize: fewer(chunkSize, CHUNK_SIZE) }),
    fileSize: typeof fileSize === 'number' && fileSize >= 1 ? Math.floor(fileSize) : undefined,
    mode: typeof mode === 'number' || typeof mode === 'string' ? toMode(mode) : undefined,
    // In a separate turn: nothing here could catch an error of it.
    step: typeof step === 'function' ? (...progress) => tell(step, ...progress) : () => {},
  }
}

/** Copies a remote file to a local path. */
export function getFile({ files, fileSize, mode, step }: Transfer, remote: string, local: string): Promise<void> {
  return opened(files, files.requests.open(remote, OPEN_MODE.READ, {}), false, async (handle) => {
    const looking = fileSize === undefined ? aboutOpened(files.requests, handle, undefined) : undefined
    // Small files arrive together with the reply that states their size.
    using pipeline = files.reading(handle, { end: fileSize }).begin()
    const said = fileSize ?? saidSize(await looking ?? {})
    const sink = await openSink(local, { offset: 0, about: new SftpStat({}), mode: mode ?? false })
    try {
      pipeline.expect(said)
      let total = 0
      for (let data = await pipeline.next(); data; data = await pipeline.next()) {
        await sink.write(data.parts)
        total += data.size
        step(total, data.size, Math.max(said ?? 0, total))
      }
      if (fileSize === undefined ? await wasCut(files, handle, said, total, undefined) : total < fileSize) throw sizeMismatch(remote, said ?? 0, total)
      await sink.finish()
    } catch (error) {
      await sink.abandon(error)
      throw error
    }
  })
}

/** Copies a local path to a remote file. */
export async function putFile({ files, fileSize, mode, step }: Transfer, local: string, remote: string): Promise<void> {
  await using source = await openTreeSource(local)
  const { WRITE, CREAT, TRUNC } = OPEN_MODE
  const size = fileSize ?? source.size ?? 0
  await opened(files, files.requests.open(remote, WRITE | CREAT | TRUNC, {}), true, async (handle, close) => {
    const moded = mode === undefined ? undefined : setMode(files, handle, remote, mode)
    let total = 0
    const pipeline = files.writing(handle, {
      start: 0, signal: undefined,
      onWritten(bytes) {
        total += bytes
        step(total, bytes, Math.max(size, total))
      },
    })
    await sendAll(fileSize === undefined ? source : firstOf(source, fileSize), pipeline, undefined, () => { if (pipeline.requests <= 1 && !moded) close() })
    if (fileSize === undefined ? source.endedEarly(total) : total < fileSize) throw sizeMismatch(local, size, total)
    await moded
  })
}

/** Some servers do not support FSETSTAT, and some set no mode at all: neither is a failure of the transfer. */
export async function setMode({ requests }: SftpShared, handle: RemoteHandle, path: string, permissions: number): Promise<void> {
  const refused = await requests.fsetstat(handle, { permissions }).then(() => false, () => true)
  if (refused) await requests.setstat(path, { permissions }).catch(() => {})
}

/** The first bytes of a source, up to a limit. */
function firstOf(source: ByteSource, most: number): ByteSource {
  let left = most
  return {
    ...source,
    async next() {
      const block = left > 0 ? await source.next() : null
      if (!block) return null
      const bytes = block.bytes.subarray(0, left)
      left -= bytes.length
      return { ...block, bytes }
    },
  }
}
