import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, lstat, mkdir, readdir, stat, utimes } from 'node:fs/promises'
import { basename, join, posix } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { reasonOf } from '../../errors/reason-of.ts'
import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import { localFiles } from '../../transports/local-files/node.ts'
import { ProgressMeter } from './progress.ts'
import { throttle } from './throttle.ts'

export interface CopyOptions {
  readonly recursive: boolean
  /** Keeps times and modes (`-p`). */
  readonly preserve: boolean
  /** Bytes per second; undefined for no limit. */
  readonly limit: number | undefined
  readonly progress: boolean
  /** Continues where the file of an earlier attempt ends. */
  readonly resume?: boolean
  /** Receives messages about files that were skipped or could not be copied. */
  readonly fail: (text: string) => void
}

/** Copies a remote file or, with `recursive`, a directory. It reports what cannot be copied, and copies the rest all the same. */
export async function copyDown(sftp: SftpClient, remote: string, local: string, options: CopyOptions): Promise<void> {
  try {
    const status = await sftp.stat(remote)
    if (status.isDirectory()) await directoryDown(sftp, remote, local, options)
    else await fileDown(sftp, remote, local, status, options)
  } catch (error) {
    options.fail(`${remote}: ${reasonOf(error)}`)
  }
}

type RemoteStatus = Awaited<ReturnType<SftpClient['stat']>>

async function directoryDown(sftp: SftpClient, remote: string, local: string, options: CopyOptions): Promise<void> {
  if (!options.recursive) return options.fail(`${remote}: not a regular file`)
  await mkdir(local, { recursive: true })
  for await (const entry of sftp.readdir(remote)) {
    const { filename } = entry
    const path = posix.join(remote, filename)
    if (localFiles.isForeign(filename) || filename === '.' || filename === '..') options.fail(`${path}: no local file can have this name`)
    else if (entry.isSymbolicLink()) options.fail(`${path}: symbolic links are skipped`)
    else await copyDown(sftp, path, join(local, filename), options)
  }
  if (options.preserve) await keepLocal(local, await sftp.stat(remote))
}

async function fileDown(sftp: SftpClient, remote: string, local: string, status: RemoteStatus, { preserve, limit, progress, resume = false }: CopyOptions): Promise<void> {
  const meter = new ProgressMeter(posix.basename(remote), progress)
  const onProgress = ({ transferred, total }: { transferred: number, total: number | undefined }) => { meter.show(transferred, total) }
  const { transferred } = limit === undefined
    ? await sftp.download(remote, local, { onProgress, resume })
    : await limitedDown(sftp, remote, local, limit, onProgress)
  meter.end(transferred)
  if (preserve) await keepLocal(local, status)
}

async function limitedDown(sftp: SftpClient, remote: string, local: string, limit: number, onProgress: (progress: { transferred: number, total: number | undefined }) => void) {
  const slow = throttle(limit)
  const written = slow.readable.pipeTo(Writable.toWeb(createWriteStream(local)) as WritableStream<Uint8Array>)
  const [result] = await Promise.all([sftp.download(remote, slow.writable, { onProgress }), written])
  return result
}

async function keepLocal(local: string, { permissions, atime, mtime }: RemoteStatus): Promise<void> {
  if (permissions !== undefined) await chmod(local, permissions & 0o777)
  if (atime !== undefined && mtime !== undefined) await utimes(local, atime, mtime)
}

/** Copies a local file or, with `recursive`, a directory. It reports what cannot be copied, and copies the rest all the same. */
export async function copyUp(sftp: SftpClient, local: string, remote: string, options: CopyOptions): Promise<void> {
  try {
    const status = await stat(local)
    if (status.isDirectory()) await directoryUp(sftp, local, remote, options)
    else if (status.isFile()) await fileUp(sftp, local, remote, options)
    else options.fail(`${local}: not a regular file`)
  } catch (error) {
    options.fail(`${local}: ${reasonOf(error)}`)
  }
}

async function directoryUp(sftp: SftpClient, local: string, remote: string, options: CopyOptions): Promise<void> {
  if (!options.recursive) return options.fail(`${local}: not a regular file`)
  const { mode } = await stat(local)
  if (!await isRemoteDirectory(sftp, remote)) await sftp.mkdir(remote, { mode: mode & 0o777 })
  for (const name of (await readdir(local)).sort()) {
    const path = join(local, name)
    if ((await lstat(path)).isSymbolicLink()) options.fail(`${path}: symbolic links are skipped`)
    else await copyUp(sftp, path, posix.join(remote, name), options)
  }
  if (options.preserve) await keepRemote(sftp, local, remote)
}

async function fileUp(sftp: SftpClient, local: string, remote: string, { preserve, limit, progress, resume = false }: CopyOptions): Promise<void> {
  const meter = new ProgressMeter(basename(local), progress)
  const onProgress = ({ transferred, total }: { transferred: number, total: number | undefined }) => { meter.show(transferred, total) }
  const source = limit === undefined ? local : (Readable.toWeb(createReadStream(local)) as ReadableStream<Uint8Array>).pipeThrough(throttle(limit))
  const { transferred } = await sftp.upload(source, remote, { onProgress, ...typeof source === 'string' && { resume } })
  meter.end(transferred)
  if (preserve) await keepRemote(sftp, local, remote)
}

async function keepRemote(sftp: SftpClient, local: string, remote: string): Promise<void> {
  const { mode, atimeMs, mtimeMs } = await stat(local)
  await sftp.setstat(remote, { permissions: mode & 0o777, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) })
}

export async function isLocalDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

export async function isRemoteDirectory(sftp: SftpClient, path: string): Promise<boolean> {
  return await sftp.exists(path) && (await sftp.stat(path)).isDirectory()
}
