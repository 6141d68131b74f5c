import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { reasonOf } from '../../errors/reason-of.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import type { LocalEntry, LocalStat } from '../../runtime/local-files.ts'
import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import { joinPath } from '../../sftp/protocol/paths.ts'
import type { TransferProgress } from '../../sftp/transfer/options.ts'
import { localFiles } from '../../transports/local-files/node.ts'
import { type CopyOptions, DIRECTORY_MODE, MOST_DEPTH, named, type Path, TOO_DEEP, WRITABLE } from './copy.ts'
import { lookAt } from './local.ts'
import { ProgressMeter } from './progress.ts'
import { throttle } from './throttle.ts'
import { failureWords, localWords, refusalWords } from './words.ts'

const textOf = (path: Path) => localFiles.text(path)

/**
 * Copies a local file or, with `recursive`, a directory, in the words of scp(1) and sftp(1) for what fails. It copies the rest all the same.
 * @param status of the source @returns whether all of it was copied
 */
export async function copyUp(sftp: SftpClient, local: string, status: LocalStat, remote: string, options: CopyOptions): Promise<boolean> {
  try {
    return await (status.kind === 'directory' && options.recursive ? treeUp(sftp, local, status, remote, options) : fileUp(sftp, local, remote, status, options))
  } catch (error) {
    options.fail(`${local}: ${reasonOf(error)}`)
    return false
  }
}

async function treeUp(sftp: SftpClient, local: string, status: LocalStat, remote: string, options: CopyOptions): Promise<boolean> {
  let real
  try {
    real = await sftp.realpath(remote)
  } catch (error) {
    if (!(error instanceof SftpError)) throw error
    // sftp-server's own text for this one.
    options.fail(`realpath ${remote}: ${error.status === 2 ? 'No such file' : refusalWords(error)}`)
    options.fail(`upload "${remote}": path canonicalization failed`)
    return false
  }
  return directoryUp(sftp, local, real, status, options, 0)
}

async function directoryUp(sftp: SftpClient, local: Path, remote: Path, status: LocalStat, options: CopyOptions, depth: number): Promise<boolean> {
  const { fail } = options
  if (depth >= MOST_DEPTH) {
    fail(TOO_DEEP)
    return false
  }
  options.enter?.(textOf(local))
  const mode = status.mode & DIRECTORY_MODE
  const isNew = await makeRemote(sftp, remote, mode | WRITABLE, fail)
  if (isNew === undefined) return false
  let entries: LocalEntry[]
  try {
    entries = await localFiles.list(local)
  } catch (error) {
    fail(`local opendir "${textOf(local)}": ${localWords(error) ?? reasonOf(error)}`)
    return false
  }
  let done = true
  for (const { name, kind } of entries.toSorted((a, b) => Buffer.from(a.name).compare(Buffer.from(b.name)))) {
    if (!await entryUp(sftp, { path: localFiles.join(local, name), name, kind }, joinPath(remote, name), options, depth)) done = false
  }
  try {
    if (options.preserve) await keepRemote(sftp, status, remote)
    else if (isNew) await sftp.chmod(remote, mode)
  } catch (error) {
    if (!(error instanceof SftpError)) throw error
    options.leaveOut(`remote setstat "${textOf(remote)}": ${refusalWords(error)}`)
  }
  return done
}

interface Entry extends LocalEntry {
  readonly path: Path
}

async function entryUp(sftp: SftpClient, { path, name, kind }: Entry, remote: Path, options: CopyOptions, depth: number): Promise<boolean> {
  const status = kind === 'link' && !options.follow ? undefined : await lookAt(path)
  if (typeof status === 'string') {
    options.fail(`local stat "${textOf(name)}": ${status}`)
    return false
  }
  if (status?.kind === 'directory') return directoryUp(sftp, path, remote, status, options, depth + 1)
  if (status?.kind !== 'file') {
    options.leaveOut(`${textOf(name)}: not a regular file`)
    return true
  }
  if (await fileUp(sftp, path, remote, status, options)) return true
  options.fail(`upload "${textOf(path)}" to "${textOf(remote)}" failed`)
  return false
}

/** @returns whether the directory is new; undefined if there is none, after that was told */
async function makeRemote(sftp: SftpClient, remote: Path, mode: number, fail: CopyOptions['fail']): Promise<boolean | undefined> {
  try {
    await sftp.mkdir(remote, { mode })
    return true
  } catch (error) {
    if (!(error instanceof SftpError)) throw error
  }
  // No status says that it exists.
  try {
    if ((await sftp.stat(remote)).isDirectory()) return false
    fail(`"${textOf(remote)}" exists but is not a directory`)
  } catch (error) {
    if (!(error instanceof SftpError)) throw error
    fail(`stat remote: ${refusalWords(error)}`)
  }
  return undefined
}

async function fileUp(sftp: SftpClient, local: Path, remote: Path, status: LocalStat, { preserve, limit, progress, resume = false, fail }: CopyOptions): Promise<boolean> {
  if (status.kind !== 'file') {
    fail(`local "${textOf(local)}" is not a regular file`)
    return false
  }
  const meter = new ProgressMeter(posix.basename(textOf(local)), progress)
  const onProgress = ({ transferred, total }: TransferProgress) => { meter.show(transferred, total) }
  try {
    const { transferred } = limit === undefined && typeof local === 'string'
      ? await sftp.upload(local, remote, { onProgress, resume })
      : await sftp.upload(streamOf(local, limit), remote, { onProgress, mode: status.mode & 0o777 })
    meter.end(transferred)
    if (preserve) await keepRemote(sftp, status, remote)
    return true
  } catch (error) {
    fail(failureWords(error, textOf(local), textOf(remote), 'remote'))
    return false
  }
}

function streamOf(local: Path, limit: number | undefined): ReadableStream<Uint8Array> {
  const file = Readable.toWeb(createReadStream(named(local))) as ReadableStream<Uint8Array>
  return limit === undefined ? file : file.pipeThrough(throttle(limit))
}

async function keepRemote(sftp: SftpClient, { mode, atime, mtime }: LocalStat, remote: Path): Promise<void> {
  await sftp.setstat(remote, { permissions: mode & 0o777, atime, mtime })
}
