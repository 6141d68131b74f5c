import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { reasonOf } from '../../errors/reason-of.ts'
import type { LocalStat } from '../../runtime/local-files.ts'
import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import { joinPath } from '../../sftp/protocol/paths.ts'
import type { TransferProgress } from '../../sftp/transfer/options.ts'
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

/** A local or a remote path, as bytes if a name is not UTF-8. */
type Path = string | Uint8Array
type RemoteStatus = Awaited<ReturnType<SftpClient['stat']>>

/** The mode bits of a directory that are copied, and those that its owner needs to write into it. */
const DIRECTORY_MODE = 0o1777
const WRITABLE = 0o300

/** As Node takes it. */
const named = (path: Path) => typeof path === 'string' ? path : Buffer.from(path)
const textOf = (path: Path) => localFiles.text(path)
const lastName = (path: Path) => posix.basename(textOf(path))

/** Copies a remote file or, with `recursive`, a directory. It reports what cannot be copied, and copies the rest all the same. */
export async function copyDown(sftp: SftpClient, remote: Path, local: Path, options: CopyOptions): Promise<void> {
  try {
    const status = await sftp.stat(remote)
    if (status.isDirectory()) await directoryDown(sftp, remote, local, status, options)
    else await fileDown(sftp, remote, local, status, options)
  } catch (error) {
    options.fail(`${textOf(remote)}: ${reasonOf(error)}`)
  }
}

async function directoryDown(sftp: SftpClient, remote: Path, local: Path, status: RemoteStatus, options: CopyOptions): Promise<void> {
  if (!options.recursive) return options.fail(`${textOf(remote)}: not a regular file`)
  const mode = status.permissions === undefined ? undefined : status.permissions & DIRECTORY_MODE
  const isNew = await localFiles.makeDirectory(local, mode === undefined ? undefined : mode | WRITABLE)
  for await (const entry of sftp.readdir(remote)) {
    const path = joinPath(remote, entry.name)
    if (localFiles.isForeign(entry.name)) options.fail(`${textOf(path)}: no local file can have this name`)
    else if (entry.isSymbolicLink()) options.fail(`${textOf(path)}: symbolic links are skipped`)
    else await copyDown(sftp, path, localFiles.join(local, entry.name), options)
  }
  if (options.preserve) await keepLocal(local, status)
  else if (isNew && mode !== undefined && (mode & WRITABLE) !== WRITABLE) await localFiles.set(local, { mode })
}

async function fileDown(sftp: SftpClient, remote: Path, local: Path, status: RemoteStatus, { preserve, limit, progress, resume = false }: CopyOptions): Promise<void> {
  const meter = new ProgressMeter(lastName(remote), progress)
  const onProgress = ({ transferred, total }: TransferProgress) => { meter.show(transferred, total) }
  const { transferred } = limit === undefined && typeof local === 'string'
    ? await sftp.download(remote, local, { onProgress, resume })
    : await downThrough(sftp, remote, local, status, limit, onProgress)
  meter.end(transferred)
  if (preserve) await keepLocal(local, status)
}

/** Downloads through a stream, for a limit or a name of bytes. As in other downloads, a new file gets the remote file's mode and is writable. */
async function downThrough(sftp: SftpClient, remote: Path, local: Path, { permissions }: RemoteStatus, limit: number | undefined, onProgress: (progress: TransferProgress) => void): Promise<TransferProgress> {
  const mode = permissions === undefined ? 0o666 : permissions & 0o777 | 0o200
  const file = Writable.toWeb(createWriteStream(named(local), { mode })) as WritableStream<Uint8Array>
  if (limit === undefined) return sftp.download(remote, file, { onProgress })
  const slow = throttle(limit)
  const written = slow.readable.pipeTo(file)
  const [result] = await Promise.all([sftp.download(remote, slow.writable, { onProgress }), written])
  return result
}

async function keepLocal(local: Path, { permissions, atime, mtime }: RemoteStatus): Promise<void> {
  await localFiles.set(local, {
    ...permissions !== undefined && { mode: permissions & 0o777 },
    ...atime !== undefined && mtime !== undefined && { times: [atime, mtime] as const },
  })
}

/** Copies a local file or, with `recursive`, a directory. It reports what cannot be copied, and copies the rest all the same. */
export async function copyUp(sftp: SftpClient, local: Path, remote: Path, options: CopyOptions): Promise<void> {
  try {
    const status = await localFiles.look(local, true)
    if (status?.kind === 'directory') await directoryUp(sftp, local, remote, status, options)
    else if (status?.kind === 'file') await fileUp(sftp, local, remote, status, options)
    else options.fail(`${textOf(local)}: ${status ? 'not a regular file' : 'No such file or directory'}`)
  } catch (error) {
    options.fail(`${textOf(local)}: ${reasonOf(error)}`)
  }
}

async function directoryUp(sftp: SftpClient, local: Path, remote: Path, status: LocalStat, options: CopyOptions): Promise<void> {
  if (!options.recursive) return options.fail(`${textOf(local)}: not a regular file`)
  const mode = status.mode & DIRECTORY_MODE
  const isNew = !await isRemoteDirectory(sftp, remote)
  if (isNew) await sftp.mkdir(remote, { mode: mode | WRITABLE })
  for (const { name, kind } of (await localFiles.list(local)).toSorted((a, b) => Buffer.from(a.name).compare(Buffer.from(b.name)))) {
    const path = localFiles.join(local, name)
    if (kind === 'link') options.fail(`${textOf(path)}: symbolic links are skipped`)
    else await copyUp(sftp, path, joinPath(remote, name), options)
  }
  if (options.preserve) await keepRemote(sftp, status, remote)
  else if (isNew && (mode & WRITABLE) !== WRITABLE) await sftp.chmod(remote, mode)
}

async function fileUp(sftp: SftpClient, local: Path, remote: Path, status: LocalStat, { preserve, limit, progress, resume = false }: CopyOptions): Promise<void> {
  const meter = new ProgressMeter(lastName(local), progress)
  const onProgress = ({ transferred, total }: TransferProgress) => { meter.show(transferred, total) }
  const { transferred } = limit === undefined && typeof local === 'string'
    ? await sftp.upload(local, remote, { onProgress, resume })
    : await sftp.upload(streamOf(local, limit), remote, { onProgress, mode: status.mode & 0o777 })
  meter.end(transferred)
  if (preserve) await keepRemote(sftp, status, remote)
}

function streamOf(local: Path, limit: number | undefined): ReadableStream<Uint8Array> {
  const file = Readable.toWeb(createReadStream(named(local))) as ReadableStream<Uint8Array>
  return limit === undefined ? file : file.pipeThrough(throttle(limit))
}

async function keepRemote(sftp: SftpClient, { mode, atime, mtime }: LocalStat, remote: Path): Promise<void> {
  await sftp.setstat(remote, { permissions: mode & 0o777, atime, mtime })
}

export async function isLocalDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

export async function isRemoteDirectory(sftp: SftpClient, path: Path): Promise<boolean> {
  return await sftp.exists(path) && (await sftp.stat(path)).isDirectory()
}
