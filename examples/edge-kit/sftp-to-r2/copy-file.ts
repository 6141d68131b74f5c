/// Copies one file into the bucket: a small one in one piece, a larger one part by part, so that an interruption costs one part.
import type { SftpClient, SftpFile } from 'libssh2-wasm'
import type { R2Bucket, R2MultipartUpload } from '@cloudflare/workers-types'
import { metadataOf, type SourceFile } from './plan.ts'
import type { Upload, Uploads, Version } from './uploads.ts'

export interface Budget {
  /** Counts bytes that were read; false if the run must end after them. */
  readonly spend: (bytes: number) => boolean
  readonly signal: AbortSignal
}

/** `unfinished`: the budget is spent, the next run goes on. `changed`: the source is another one by now, the next run copies that. */
export type Outcome = 'copied' | 'unfinished' | 'changed'

export interface Place {
  readonly sftp: SftpClient
  readonly bucket: R2Bucket
  readonly uploads: Uploads
  readonly partBytes: number
}

/** @throws SftpError if the file cannot be read, SSHError if the session ends, R2's error if the bucket does not take it */
export async function copyFile(place: Place, file: SourceFile, budget: Budget): Promise<Outcome> {
  const source = await place.sftp.open(file.path, 'r', { signal: budget.signal })
  try {
    return await (file.size > place.partBytes ? copyLarge : copySmall)(place, source, file, budget)
  } finally {
    // What failed before is what counts.
    await source.close().catch(() => {})
  }
}

async function copySmall({ sftp, bucket, uploads }: Place, source: SftpFile, file: SourceFile, { spend, signal }: Budget): Promise<Outcome> {
  await forget(bucket, uploads, file.key)
  const content = await source.read(file.size, 0, { signal })
  spend(content.length)
  if (!(await isStill(sftp, file, content.length, signal))) return 'changed'
  await bucket.put(file.key, content, { customMetadata: metadataOf(file) })
  return 'copied'
}

async function copyLarge(place: Place, source: SftpFile, file: SourceFile, budget: Budget): Promise<Outcome> {
  const { bucket, uploads, partBytes } = place
  const kept = uploads.get(file.key)
  if (kept && sameVersion(kept, file)) {
    try {
      return await copyParts(place, source, file, kept, budget)
    } catch (error) {
      // R2 drops uploads that are seven days old.
      if (!uploadGone(error)) throw error
    }
  }
  await forget(bucket, uploads, file.key)
  return copyParts(place, source, file, await begin(bucket, uploads, file, partBytes), budget)
}

async function begin(bucket: R2Bucket, uploads: Uploads, file: SourceFile, partBytes: number): Promise<Upload> {
  const { uploadId } = await bucket.createMultipartUpload(file.key, { customMetadata: metadataOf(file) })
  const upload = { key: file.key, uploadId, partBytes, size: file.size, mtime: file.mtime }
  uploads.begin(upload)
  return { ...upload, parts: [] }
}

async function copyParts({ sftp, bucket, uploads }: Place, source: SftpFile, file: SourceFile, upload: Upload, { spend, signal }: Budget): Promise<Outcome> {
  const multipart: R2MultipartUpload = bucket.resumeMultipartUpload(upload.key, upload.uploadId)
  const parts = [...upload.parts]
  for (let start = parts.length * upload.partBytes; start < upload.size; start += upload.partBytes) {
    const length = Math.min(upload.partBytes, upload.size - start)
    const content = await source.read(length, start, { signal })
    if (content.length < length) {
      await forget(bucket, uploads, upload.key)
      return 'changed'
    }
    const part = await multipart.uploadPart(parts.length + 1, content)
    uploads.add(upload.key, part)
    parts.push(part)
    if (!spend(length) && start + length < upload.size) return 'unfinished'
  }
  // Parts of two versions make neither.
  if (!(await isStill(sftp, file, upload.size, signal))) {
    await forget(bucket, uploads, upload.key)
    return 'changed'
  }
  await multipart.complete(parts)
  uploads.remove(upload.key)
  return 'copied'
}

/** Ends an upload whose file is not wanted any more. */
export async function forget(bucket: R2Bucket, uploads: Uploads, key: string): Promise<void> {
  const upload = uploads.get(key)
  if (!upload) return
  // One that cannot be ended now, or has ended, costs nothing: R2 drops it after seven days.
  await bucket.resumeMultipartUpload(key, upload.uploadId).abort().catch(() => {})
  uploads.remove(key)
}

async function isStill(sftp: SftpClient, file: SourceFile, read: number, signal: AbortSignal): Promise<boolean> {
  const { size, mtime } = await sftp.stat(file.path, { signal })
  return read === file.size && size === file.size && mtime === file.mtime
}

const sameVersion = (one: Version, other: Version): boolean => one.size === other.size && one.mtime === other.mtime

/** R2's error 10024: there is no such multipart upload (any more). */
const uploadGone = (error: unknown): boolean => error instanceof Error && /\(10024\)/.test(error.message)
