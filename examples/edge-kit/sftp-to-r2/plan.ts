/// What there is to copy: the files below the folder on the server that the bucket lacks, or has in another version.
import { type SftpClient, type SftpEntry, SftpError } from 'libssh2-wasm'
import type { R2Bucket } from '@cloudflare/workers-types'
import type { Settings } from './settings.ts'
import type { Version } from './uploads.ts'

export interface SourceFile extends Version {
  readonly path: string
  /** Its key in the bucket. */
  readonly key: string
}

export interface Skipped {
  readonly path: string
  readonly reason: string
}

export interface Plan {
  readonly files: readonly SourceFile[]
  /** Files that the bucket has already. */
  readonly unchanged: number
  readonly skipped: readonly Skipped[]
}

/** The metadata of an object that keeps the time of its source: `mtime`, seconds since 1970. */
export const metadataOf = ({ mtime }: Version): Record<string, string> => ({ mtime: String(mtime) })

/** R2's limit, in bytes of UTF-8. */
const LONGEST_KEY = 1024

/** @throws SftpError if the folder cannot be read, SSHError if the session ends */
export async function plan(sftp: SftpClient, bucket: R2Bucket, { folder, prefix }: Settings, signal: AbortSignal): Promise<Plan> {
  const there = await stored(bucket, prefix)
  const files: SourceFile[] = []
  const skipped: Skipped[] = []
  let unchanged = 0
  const nameOf = (path: SftpEntry['path']) => (typeof path === 'string' ? path : new TextDecoder().decode(path)).slice(folder === '/' ? 1 : folder.length + 1)
  for await (const { path, kind, attributes } of below(sftp, folder, signal, (path) => skipped.push({ path: nameOf(path), reason: 'a folder that cannot be read' }))) {
    const name = nameOf(path)
    const { size, mtime } = attributes
    const key = prefix + name
    const skip = (reason: string) => void skipped.push({ path: name, reason })
    if (kind !== 'file') skip(kind === 'link' ? 'a symbolic link' : 'not a regular file')
    else if (typeof path !== 'string') skip('its name is not UTF-8')
    else if (new TextEncoder().encode(key).length > LONGEST_KEY) skip('its name is too long for a key')
    else if (size === undefined || mtime === undefined) skip('the server does not tell its size and time')
    else if (there.get(key)?.size === size && there.get(key)?.mtime === mtime) unchanged++
    else files.push({ path, key, size, mtime })
  }
  return { files, unchanged, skipped }
}

/** Everything that is no folder. @param unreadable told of folders below the first one that the server does not list */
async function* below(sftp: SftpClient, folder: SftpEntry['path'], signal: AbortSignal, unreadable: (path: SftpEntry['path']) => void): AsyncGenerator<SftpEntry> {
  for await (const entry of sftp.readdir(folder, { signal })) {
    if (entry.kind !== 'directory') {
      yield entry
      continue
    }
    try {
      yield* below(sftp, entry.path, signal, unreadable)
    } catch (error) {
      if (!(error instanceof SftpError)) throw error
      unreadable(entry.path)
    }
  }
}

async function stored(bucket: R2Bucket, prefix: string): Promise<Map<string, Version>> {
  const versions = new Map<string, Version>()
  let cursor: string | undefined
  do {
    const page = await bucket.list({ prefix, include: ['customMetadata'], ...cursor !== undefined && { cursor } })
    for (const { key, size, customMetadata } of page.objects) versions.set(key, { size, mtime: Number(customMetadata?.['mtime'] ?? NaN) })
    cursor = page.truncated ? page.cursor : undefined
  } while (cursor !== undefined)
  return versions
}
