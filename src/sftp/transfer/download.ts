import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import { LIBSSH2_FXF_READ } from '../../ffi/constants.gen.ts'
import { joinBytes } from '../../wire-format/bytes.ts'
import { aboutOpened, endedEarly, saidSize } from '../protocol/remarks.ts'
import type { RemoteHandle, Signal } from '../protocol/requests.ts'
import { checkTransfer, type TransferOptions, type TransferProgress } from './options.ts'
import type { ReadPipeline } from './read-pipeline.ts'
import { checkResumable } from './resume.ts'
import { atOnce, type SftpShared, sizeMismatch } from './shared.ts'
import { type ByteSink, type DownloadTarget, openSink } from './sinks.ts'

/** Extra needs of a tree: times for a later comparison. */
export interface DownloadExtras {
  readonly times?: boolean
}

/** Copies a remote file to `target`. @throws SSHError `ERR_SFTP_SIZE_MISMATCH` if it ends before the size that the server stated. */
export async function download(files: SftpShared, path: SftpPath, target: DownloadTarget | Uint8Array, options: TransferOptions & DownloadExtras): Promise<TransferProgress> {
  checkTransfer(options)
  const { signal, resume, offset = resume ? undefined : 0, atomic } = options
  if (target instanceof WritableStream && (resume || atomic)) throw new TypeError('a stream can neither be resumed nor replaced atomically: resume and atomic need a path')
  const shared = files.with(options)
  return shared.opened(shared.requests.open(path, LIBSSH2_FXF_READ, {}, signal), false, async (handle) => {
    const looking = aboutOpened(shared.requests, handle, signal)
    // Small files arrive together with the reply that states their size.
    using begun = offset === undefined ? undefined : shared.reading(handle, { start: offset, signal }).begin()
    const about = await looking
    const sink = await openSink(target, { ...options, offset, about })
    try {
      if (resume) await checkResumable(sink.name, sink.size, (start, end) => partOf(sink, start, end), (start, end) => readPart(shared, handle, start, end, signal))
      using pipeline = begun ?? shared.reading(handle, { start: sink.size, signal })
      const result = await copy(pipeline, sink, { path, handle, shared, said: saidSize(about), options })
      await atOnce(signal, () => sink.finish())
      return result
    } catch (error) {
      const abandoned = sink.abandon(error)
      // A stream may be slow to end; a part file is gone before the caller hears of the failure.
      if (atomic) await abandoned
      throw error
    }
  })
}

interface Copying {
  readonly path: SftpPath
  readonly handle: RemoteHandle
  readonly shared: SftpShared
  readonly said: number | undefined
  readonly options: TransferOptions
}

async function copy(pipeline: ReadPipeline, sink: ByteSink, { path, handle, shared, said, options: { signal, onProgress } }: Copying): Promise<TransferProgress> {
  const progress = (transferred: number): TransferProgress => ({ transferred, total: said !== undefined && transferred <= said ? said : undefined })
  const transferred = await atOnce(signal, () => drain(pipeline.expect(said), sink, (bytes) => onProgress?.(progress(bytes))))
  if (await wasCut(shared, handle, said, transferred, signal)) throw sizeMismatch(pathText(path) ?? '', said ?? 0, transferred)
  return progress(transferred)
}

/** True if the file ended before its stated size, and nothing explains it; then the server is asked once more. */
export async function wasCut(shared: SftpShared, handle: RemoteHandle, said: number | undefined, found: number, signal: Signal): Promise<boolean> {
  if (!endedEarly(said, found, undefined)) return false
  return endedEarly(said, found, saidSize(await aboutOpened(shared.requests, handle, signal)))
}

async function drain(pipeline: ReadPipeline, sink: ByteSink, onWritten: (bytes: number) => void): Promise<number> {
  let done = sink.size
  for (let data = await pipeline.next(); data; data = await pipeline.next()) {
    await sink.write(data.parts)
    done += data.size
    onWritten(done)
  }
  return done
}

function partOf(sink: ByteSink, start: number, end: number): Promise<Uint8Array> {
  if (!sink.part) throw new TypeError('a stream cannot be resumed')
  return sink.part(start, end)
}

/** A copy of a part of an open remote file; shorter if the file ends earlier. */
export async function readPart(shared: SftpShared, handle: RemoteHandle, start: number, end: number, signal: Signal): Promise<Uint8Array> {
  using pipeline = shared.reading(handle, { start, end, signal })
  return joinBytes(await pipeline.rest())
}
