import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { LIBSSH2_FXF_CREAT, LIBSSH2_FXF_READ, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE } from '../../ffi/constants.gen.ts'
import { isMissing, openFile, saidSize, unlessRefused } from '../protocol/remarks.ts'
import type { RemoteHandle, Signal } from '../protocol/requests.ts'
import { uploadBeside } from './atomic-upload.ts'
import { readPart } from './download.ts'
import { checkTransfer, type TransferProgress, type UploadOptions } from './options.ts'
import { checkResumable } from './resume.ts'
import { atOnce, modeAttributes, type SftpShared, sizeMismatch } from './shared.ts'
import { type ByteSource, openSource, type UploadSource } from './sources.ts'
import type { WritePipeline } from './write-pipeline.ts'

/** Extra needs of a tree. */
export interface UploadExtras {
  /** Sets the source's times, for a later comparison. */
  readonly times?: boolean
  /** Called when the server refuses to set mode or times of a complete file; without it the refusal fails the upload. */
  readonly onRefused?: (error: unknown) => void
}

/** Copies `source` to a remote file. The upload is complete when every write and the close have been acknowledged, whatever size the server reports. */
export async function upload(files: SftpShared, source: UploadSource, path: SftpPath, options: UploadOptions): Promise<TransferProgress> {
  checkTransfer(options)
  if (source instanceof ReadableStream && options.resume) throw new TypeError('a stream cannot be resumed: pass offset, and a stream of the rest')
  const shared = files.with(options)
  const start = options.offset ?? (options.resume ? await remoteSize(shared, path, options.signal) : 0)
  await using bytes = await openSource(source, start)
  if (options.resume) await compare(shared, bytes, path, start, options.signal)
  return await uploadSource(shared, bytes, path, start, options)
}

/** The same for a source that is already open, and continues at `start`. */
export function uploadSource(shared: SftpShared, source: ByteSource, path: SftpPath, start: number, options: UploadOptions & UploadExtras): Promise<TransferProgress> {
  if (!options.atomic) return send(shared, source, path, start, options)
  return uploadBeside(shared, path, options, (part, extra) => send(shared, source, part, 0, { ...options, ...extra }))
}

function send(shared: SftpShared, source: ByteSource, path: SftpPath, start: number, options: UploadOptions & UploadExtras & SendExtras): Promise<TransferProgress> {
  const { signal, mode, onProgress, beforeClose } = options
  const flags = options.flags ?? LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | (start === 0 ? LIBSSH2_FXF_TRUNC : 0)
  const opening = openFile(shared.requests, path, flags, modeAttributes(mode ?? (source.stat && source.stat.mode & 0o777)), signal)
  const attributes = attributesAfter(source, options)
  const nothingElse = start === 0 && !attributes && !beforeClose && !shared.oneByOne
  if (source.whole && nothingElse && shared.isOneWrite(source.whole.length)) return sendWhole(shared, opening, source.whole, options)
  return shared.opened(opening, true, async (handle, close) => {
    let transferred = start
    const pipeline = shared.writing(handle, {
      start, signal,
      onWritten: (bytes) => {
        transferred += bytes
        onProgress?.({ transferred, total: source.size })
      },
    })
    await sendAll(source, pipeline, signal, () => { if (nothingElse && pipeline.requests === 1) close() })
    if (source.endedEarly(transferred)) throw sizeMismatch(source.name, source.size ?? 0, transferred)
    if (start > 0) await cutAt(shared, handle, transferred, signal)
    if (attributes) await setAttributes(shared, handle, attributes, options)
    await beforeClose?.(handle)
    return { transferred, total: source.size }
  })
}

/** A file of one request: nothing has to be divided, measured or waited for before it is closed. */
async function sendWhole(shared: SftpShared, opening: Promise<RemoteHandle>, whole: Uint8Array, { signal, onProgress }: UploadOptions): Promise<TransferProgress> {
  const handle = await opening
  const progress = { transferred: whole.length, total: whole.length }
  const writing = shared.counted(whole.length, shared.requests.write(handle, 0, [whole], signal))
  const closing = shared.requests.close(handle)
  closing.catch(() => {})
  await writing
  onProgress?.(progress)
  await closing
  return progress
}

/** How an atomic upload differs. */
export interface SendExtras {
  readonly flags?: number
  readonly beforeClose?: (handle: RemoteHandle) => Promise<void>
}

/** Mode and times to set after the content. */
function attributesAfter({ stat }: ByteSource, { mode, preserve, times }: UploadOptions & UploadExtras): SftpAttributes | undefined {
  if (!preserve && !times) return undefined
  if (!stat) return preserve && typeof mode === 'number' ? { permissions: mode } : undefined
  const attributes: SftpAttributes = {
    ...preserve && mode !== false ? { permissions: mode ?? stat.mode & 0o777 } : {},
    ...preserve || times ? { atime: stat.atime, mtime: stat.mtime } : {},
  }
  return Object.keys(attributes).length > 0 ? attributes : undefined
}

async function setAttributes(shared: SftpShared, handle: RemoteHandle, attributes: SftpAttributes, { signal, onRefused }: UploadOptions & UploadExtras): Promise<void> {
  const setting = shared.requests.fsetstat(handle, attributes, signal)
  if (!onRefused) return setting
  let refusal: unknown
  const done = await unlessRefused(setting.then(() => true, (error: unknown) => {
    refusal = error
    throw error
  }))
  if (!done) onRefused(refusal)
}

/** Removes what an earlier, longer file has beyond the last byte. If the server does not report the length, a refusal may mean that there is nothing to remove. */
async function cutAt(shared: SftpShared, handle: RemoteHandle, size: number, signal: Signal): Promise<void> {
  const about = await unlessRefused(shared.requests.fstat(handle, signal))
  const cutting = () => shared.requests.fsetstat(handle, { filesize: size }, signal)
  if (about?.filesize === undefined) await unlessRefused(cutting())
  else if (about.filesize > size) await cutting()
}

/** A source that never answers does not hold up the caller. */
export function sendAll(source: ByteSource, pipeline: WritePipeline, signal: Signal, onSent = () => {}): Promise<void> {
  return atOnce(signal, async () => {
    for (let data = await source.next(); data; data = await source.next()) await pipeline.write(data.bytes, data.release)
    const finished = pipeline.finish()
    onSent()
    await finished
  })
}

/** 0 for a file that does not exist yet. */
async function remoteSize(shared: SftpShared, path: SftpPath, signal: Signal): Promise<number> {
  try {
    return saidSize(await shared.requests.stat(path, signal)) ?? 0
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}

async function compare(shared: SftpShared, source: ByteSource, path: SftpPath, size: number, signal: Signal): Promise<void> {
  if (size === 0) return
  await shared.opened(shared.requests.open(path, LIBSSH2_FXF_READ, {}, signal), false, (handle) => {
    const there = (start: number, end: number) => readPart(shared, handle, start, end, signal)
    return atOnce(signal, () => checkResumable(pathText(path) ?? '', size, there, (start, end) => source.part?.(start, end) ?? Promise.resolve(new Uint8Array())))
  })
}
