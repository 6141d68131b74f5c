import { createWriteStream } from 'node:fs'
import { posix } from 'node:path'
import { Writable } from 'node:stream'
import { reasonOf } from '../../errors/reason-of.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import type { SftpEntry } from '../../sftp/tree/entry.ts'
import { joinPath } from '../../sftp/protocol/paths.ts'
import type { TransferProgress } from '../../sftp/transfer/options.ts'
import { localFiles } from '../../transports/local-files/node.ts'
import { type CopyOptions, DIRECTORY_MODE, MOST_DEPTH, named, type Path, type RemoteStatus, TOO_DEEP, WRITABLE } from './copy.ts'
import { makeOne } from './local.ts'
import { ProgressMeter } from './progress.ts'
import { throttle } from './throttle.ts'
import { failureWords, localWords } from './words.ts'

const textOf = (path: Path) => localFiles.text(path)
const withoutSlash = (path: string) => path.replace(/(.)\/+$/s, '$1')

/**
 * Copies a remote file or, with `recursive`, a directory, in the words of scp(1) and sftp(1) for what fails. It copies the rest all the same.
 * @param missing says that there is nothing at the path @returns whether all of it was copied
 */
export async function copyDown(sftp: SftpClient, remote: string, local: string, options: CopyOptions, missing: () => void): Promise<boolean> {
  try {
    const status = await statusOf(sftp, remote)
    if (!status) {
      missing()
      return false
    }
    if (!status.isDirectory()) return await fileDown(sftp, remote, local, status, options)
    if (options.recursive) return await directoryDown(sftp, withoutSlash(remote), local, status, options, 0)
    options.fail(`download ${withoutSlash(remote)}/: not a regular file`)
  } catch (error) {
    options.fail(`${remote}: ${reasonOf(error)}`)
  }
  return false
}

/** Undefined if the server tells none. */
async function statusOf(sftp: SftpClient, remote: Path): Promise<RemoteStatus | undefined> {
  try {
    return await sftp.stat(remote)
  } catch (error) {
    if (!(error instanceof SftpError)) throw error
    return undefined
  }
}

async function directoryDown(sftp: SftpClient, remote: Path, local: Path, status: RemoteStatus, options: CopyOptions, depth: number): Promise<boolean> {
  const { fail } = options
  if (depth >= MOST_DEPTH) {
    fail(TOO_DEEP)
    return false
  }
  options.enter?.(textOf(remote))
  const mode = (status.permissions ?? 0o777) & DIRECTORY_MODE
  let isNew
  try {
    isNew = await makeOne(local, mode | WRITABLE)
  } catch (error) {
    fail(`mkdir ${textOf(local)}: ${localWords(error) ?? reasonOf(error)}`)
    return false
  }
  let done = true
  try {
    for await (const entry of sftp.readdir(remote)) {
      const path = joinPath(remote, entry.name)
      if (localFiles.isForeign(entry.name)) {
        fail(`${textOf(path)}: no local file can have this name`)
        done = false
      } else if (!await entryDown(sftp, path, entry, localFiles.join(local, entry.name), options, depth)) done = false
    }
  } catch (error) {
    if (!(error instanceof SftpError)) throw error
    fail(`remote readdir "${textOf(remote)}" failed`)
    return false
  }
  if (options.preserve) await keepLocal(local, status)
  else if (isNew && (mode & WRITABLE) !== WRITABLE) await localFiles.set(local, { mode })
  return done
}

async function entryDown(sftp: SftpClient, remote: Path, entry: SftpEntry, local: Path, options: CopyOptions, depth: number): Promise<boolean> {
  const status = entry.isSymbolicLink() && options.follow || entry.attributes.permissions === undefined ? await statusOf(sftp, remote) : entry.attributes
  if (!status) {
    options.fail(`remote stat "${textOf(remote)}" failed`)
    return false
  }
  if (status.isDirectory()) return directoryDown(sftp, remote, local, status, options, depth + 1)
  if (isSpecial(status)) {
    options.leaveOut(`download "${textOf(remote)}": not a regular file`)
    return true
  }
  if (await fileDown(sftp, remote, local, status, options)) return true
  options.fail(`Download of file ${textOf(remote)} to ${textOf(local)} failed`)
  return false
}

/** Neither a file nor, as far as the server tells, possibly one. */
const isSpecial = (status: RemoteStatus) => status.permissions !== undefined && !status.isFile()

async function fileDown(sftp: SftpClient, remote: Path, local: Path, status: RemoteStatus, { preserve, limit, progress, resume = false, fail }: CopyOptions): Promise<boolean> {
  if (isSpecial(status)) {
    fail(`download ${textOf(remote)}: not a regular file`)
    return false
  }
  const meter = new ProgressMeter(posix.basename(textOf(remote)), progress)
  const onProgress = ({ transferred, total }: TransferProgress) => { meter.show(transferred, total) }
  try {
    const { transferred } = limit === undefined && typeof local === 'string'
      ? await sftp.download(remote, local, { onProgress, resume })
      : await downThrough(sftp, remote, local, status, limit, onProgress)
    meter.end(transferred)
    if (preserve) await keepLocal(local, status)
    return true
  } catch (error) {
    fail(failureWords(error, textOf(local), textOf(remote), 'local'))
    return false
  }
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
