import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import { LIBSSH2_FXF_CREAT, LIBSSH2_FXF_READ, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE } from '../../ffi/constants.gen.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import type { ReadPipeline } from './read-pipeline.ts'
import { sizeOf } from '../protocol/parts.ts'
import { atOnce, isMissing, modeAttributes, type SftpShared, sizeMismatch } from './shared.ts'
import { type ByteSink, type DownloadTarget, openSink } from './sinks.ts'
import { type ByteSource, openSource, type UploadSource } from './sources.ts'
import type { WritePipeline } from './write-pipeline.ts'

/** How far a transfer has come, in bytes; what was there before a resumed one is counted. */
export interface TransferProgress {
  readonly transferred: number
  /** `undefined` where nobody knows: a stream, a file of `/proc`. */
  readonly total: number | undefined
}

export interface TransferOptions extends CallOptions {
  /** Called after each piece that has arrived. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
  /** Goes on behind so many bytes: they are neither sent nor compared, and what the destination has beyond is replaced. */
  readonly offset?: number | undefined
  /** Goes on where the destination ends, whose size is asked for; not for streams as destination. */
  readonly resume?: boolean | undefined
}

export interface UploadOptions extends TransferOptions {
  /** Mode bits of a new file; if none are given, those of a local source, and what the server thinks best for others. */
  readonly mode?: number | undefined
}

/** Copies a remote file to `target`. @throws SSHError `ERR_SFTP_SIZE_MISMATCH` if it ends before the size that the server said. */
export async function download(shared: SftpShared, path: SftpPath, target: DownloadTarget, options: TransferOptions): Promise<TransferProgress> {
  const { signal, resume, offset = resume ? undefined : 0 } = options
  const opening = shared.requests.open(path, LIBSSH2_FXF_READ, {}, signal)
  return shared.opened(opening, false, async (handle) => {
    const looking = shared.requests.fstat(handle, signal)
    // Small files come with the answer that tells their size.
    const begun = offset === undefined ? undefined : shared.reading(handle, { start: offset, signal }).begin()
    const { filesize: size = 0 } = await looking
    const sink = await openSink(target, offset)
    try {
      const total = size > 0 ? size : undefined
      const pipeline = begun ?? shared.reading(handle, { start: sink.size, signal })
      if (total !== undefined) pipeline.endAt(total)
      const transferred = await atOnce(signal, () => drain(pipeline, sink, (bytes) => options.onProgress?.({ transferred: bytes, total })))
      if (total !== undefined && transferred !== total) throw sizeMismatch(pathText(path) ?? '', total, transferred)
      await atOnce(signal, () => sink.finish())
      return { transferred, total }
    } catch (error) {
      void sink.abandon(error)
      throw error
    }
  })
}

async function drain(pipeline: ReadPipeline, sink: ByteSink, onWritten: (bytes: number) => void): Promise<number> {
  let done = sink.size
  for (let data = await pipeline.next(); data; data = await pipeline.next()) {
    await sink.write(data)
    done += sizeOf(data)
    pipeline.release(data)
    onWritten(done)
  }
  return done
}

/** Copies `source` to a remote file. @throws SSHError `ERR_SFTP_SIZE_MISMATCH` if what took several requests has another size in the end. */
export async function upload(shared: SftpShared, source: UploadSource, path: SftpPath, options: UploadOptions): Promise<TransferProgress> {
  const { signal, resume } = options
  const start = options.offset ?? (resume ? await remoteSize(shared, path, signal) : 0)
  const bytes = await openSource(source, start)
  try {
    return await send(shared, bytes, path, start, options)
  } finally {
    void bytes[Symbol.asyncDispose]()
  }
}

async function send(shared: SftpShared, source: ByteSource, path: SftpPath, start: number, { signal, mode, onProgress }: UploadOptions): Promise<TransferProgress> {
  const { requests } = shared
  const flags = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | (start === 0 ? LIBSSH2_FXF_TRUNC : 0)
  const opening = requests.open(path, flags, modeAttributes(mode ?? source.mode), signal)
  return shared.opened(opening, true, async (handle, close) => {
    let transferred = start
    const pipeline = shared.writing(handle, {
      start, signal,
      onWritten: (bytes) => {
        transferred += bytes
        onProgress?.({ transferred, total: source.size })
      },
    })
    await sendAll(source, pipeline, signal, () => { if (start === 0 && pipeline.requests === 1) close() })
    if (start === 0 && pipeline.requests === 1) return { transferred, total: source.size }
    const looking = requests.fstat(handle, signal)
    if (start === 0) close()
    const { filesize } = await looking
    if (start > 0 && filesize !== undefined && filesize > transferred) await requests.fsetstat(handle, { filesize: transferred }, signal)
    else if (filesize !== undefined && filesize !== transferred) throw sizeMismatch(pathText(path) ?? '', transferred, filesize)
    return { transferred, total: source.size }
  })
}

/** A source that does not answer keeps nobody from going away. */
export function sendAll(source: ByteSource, pipeline: WritePipeline, signal: AbortSignal | undefined, onSent = () => {}): Promise<void> {
  return atOnce(signal, async () => {
    for (let data = await source.next(); data; data = await source.next()) await pipeline.write(data.bytes, data.release)
    const finished = pipeline.finish()
    onSent()
    await finished
  })
}

/** 0 for a file that does not exist yet. */
async function remoteSize(shared: SftpShared, path: SftpPath, signal: AbortSignal | undefined): Promise<number> {
  try {
    return (await shared.requests.stat(path, signal)).filesize ?? 0
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}
