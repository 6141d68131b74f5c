import { isForeignName, joinLocalPath, listLocalDirectory, makeLocalDirectory } from '#local-files'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import { joinPath, readDirectory } from './listing.ts'
import type { SftpLimits } from '../protocol/limits.ts'
import type { LocalPath } from '../../runtime/local-files.ts'
import { forEachParallel } from './parallel.ts'
import type { SftpShared } from '../transfer/shared.ts'
import { download, type TransferOptions, type TransferProgress, upload } from '../transfer/upload.ts'
import { makeDirectories } from './remove.ts'

/** How far the transfer of a directory has come. */
export interface DirectoryProgress {
  /** Files that are complete. */
  readonly files: number
  /** Bytes of all files so far. */
  readonly transferred: number
  /** The file that this is about, as it is called at its source. */
  readonly path: SftpPath
}

export interface DirectoryTransferOptions extends CallOptions {
  readonly onProgress?: ((progress: DirectoryProgress) => void) | undefined
  /** Files under way at a time; if none is given, 64, or fewer if the server takes fewer, and 16 if it does not say. */
  readonly concurrency?: number | undefined
}

export interface DirectoryTransferResult {
  readonly files: number
  readonly transferred: number
  /** What was left out: symbolic links, devices, and names that the destination cannot have. */
  readonly skipped: readonly SftpPath[]
}

interface Copying {
  readonly path: SftpPath
  copy(options: TransferOptions): Promise<TransferProgress>
}

interface Run {
  readonly shared: SftpShared
  readonly signal: AbortSignal | undefined
  skip(path: SftpPath): void
}

/** Copies everything below a remote directory. A name that would lead out of `target` is left out. */
export function downloadDirectory(shared: SftpShared, path: SftpPath, target: LocalPath, options: DirectoryTransferOptions): Promise<DirectoryTransferResult> {
  return transferAll(shared, options, (run) => downloads(run, path, target))
}

/** Copies everything below a local directory. */
export function uploadDirectory(shared: SftpShared, source: LocalPath, path: SftpPath, options: DirectoryTransferOptions): Promise<DirectoryTransferResult> {
  return transferAll(shared, options, (run) => uploads(run, source, path))
}

async function* downloads(run: Run, from: SftpPath, to: LocalPath): AsyncGenerator<Copying, void, undefined> {
  await makeLocalDirectory(to)
  const below: [SftpPath, string][] = []
  for await (const entry of readDirectory(run.shared.requests, from, run.signal)) {
    const { path, filename } = entry
    if (typeof path !== 'string' || isForeignName(filename)) run.skip(path)
    else if (entry.isDirectory()) below.push([path, joinLocalPath(to, filename)])
    else if (entry.isFile()) yield { path, copy: (options) => download(run.shared, path, joinLocalPath(to, filename), options) }
    else run.skip(path)
  }
  for (const [remote, local] of below) yield* downloads(run, remote, local)
}

async function* uploads(run: Run, from: LocalPath, to: SftpPath): AsyncGenerator<Copying, void, undefined> {
  const [entries] = await Promise.all([listLocalDirectory(from), makeDirectories(run.shared.requests, to, {}, run.signal)])
  const below: [string, SftpPath][] = []
  for (const { name, kind } of entries) {
    const local = joinLocalPath(from, name)
    if (kind === 'directory') below.push([local, joinPath(to, name)])
    else if (kind === 'file') yield { path: local, copy: (options) => upload(run.shared, local, joinPath(to, name), options) }
    else run.skip(local)
  }
  for (const [local, remote] of below) yield* uploads(run, local, remote)
}

/** More share a packet, and the time until the server answers. Directories need handles too. */
function mostFiles({ maxOpenHandles }: SftpLimits): number {
  return maxOpenHandles === 0 ? 16 : Math.max(1, Math.min(64, maxOpenHandles >> 1))
}

async function transferAll(shared: SftpShared, options: DirectoryTransferOptions, jobs: (run: Run) => AsyncIterable<Copying>): Promise<DirectoryTransferResult> {
  const { signal, onProgress, concurrency = mostFiles(shared.limits) } = options
  const skipped: SftpPath[] = []
  let files = 0
  let transferred = 0
  await forEachParallel(jobs({ shared, signal, skip: (path) => skipped.push(path) }), concurrency, async (job) => {
    const { path } = job
    let before = 0
    const count = (bytes: number) => {
      transferred += bytes - before
      before = bytes
    }
    const done = await job.copy({
      signal,
      onProgress: (progress) => {
        count(progress.transferred)
        onProgress?.({ files, transferred, path })
      },
    })
    count(done.transferred)
    files += 1
    onProgress?.({ files, transferred, path })
  })
  return { files, transferred, skipped }
}
