import type { RemoteHandle } from '../../sftp/protocol/requests.ts'
import type { Received } from '../../sftp/protocol/received.ts'
import type { SftpShared } from '../../sftp/transfer/shared.ts'

/** Reads the file at `position` into `target`: with one request, which may return less, or with as many as the server's limit requires. @returns bytes read */
export async function readRange(files: SftpShared, handle: RemoteHandle, target: Uint8Array, position: number): Promise<number> {
  if (target.length === 0) return 0
  if (target.length <= files.limits.maxReadLength) return copy(await files.requests.read(handle, position, target.length), target)
  using pipeline = files.reading(handle, { start: position, end: position + target.length })
  let count = 0
  for (let data = await pipeline.next(); data; data = await pipeline.next()) count += copy(data, target.subarray(count))
  return count
}

function copy(data: Received | null, target: Uint8Array): number {
  if (!data) return 0
  let count = 0
  for (const part of data.parts) {
    target.set(part, count)
    count += part.length
  }
  return count
}
