import { type SftpClient, type SftpStat, SSHError } from 'libssh2-wasm'
import type { Job } from './queue.ts'

interface Options extends Job {
  /** Continues the part that a cut connection has left beside the target. */
  readonly goOn: boolean
}

/** The temporary file for an incomplete upload: the same name that `upload({ atomic: true })` uses. */
function partOf(path: string): string {
  const at = path.lastIndexOf('/') + 1
  return `${path.slice(0, at)}.${path.slice(at)}.part`
}

/** The file that an upload to `path` replaces: a symbolic link stays, and its target is replaced, as `upload({ atomic: true })` does. */
async function targetOf(sftp: SftpClient, path: string, signal?: AbortSignal): Promise<string> {
  const about = await sftp.lstat(path, { signal }).catch(() => undefined)
  return about?.kind === 'link' ? sftp.realpath(path, { signal }) : path
}

/** Bytes that a cut connection has left beside `path`, or beside the target of that link; 0 if there are none. */
export async function unfinishedBeside(sftp: SftpClient, path: string): Promise<number> {
  return unfinishedPart(sftp, await targetOf(sftp, path))
}

/** Bytes of the part of that file itself. */
async function unfinishedPart(sftp: SftpClient, target: string): Promise<number> {
  // A link of the part's name is nothing that an upload has left.
  const part = await sftp.lstat(partOf(target)).catch(() => undefined)
  return part?.kind === 'file' ? part.size ?? 0 : 0
}

/**
 * Sends `file` so that `path` is, at every moment, either what it was or the complete new file. Errors say which, after checking on the
 * server if that was possible.
 */
export async function uploadWhole(sftp: SftpClient, file: File, path: string, { goOn, signal, onProgress }: Options): Promise<void> {
  const before = await sftp.stat(path, { signal }).catch(() => undefined)
  if (before?.kind === 'directory') throw new SSHError(`${path} is a folder. Nothing was changed.`, { code: 'ERR_IS_DIRECTORY' })
  try {
    const target = goOn ? await targetOf(sftp, path, signal) : path
    if (goOn && await unfinishedPart(sftp, target) > 0) await continuePart(sftp, file, target, before, { signal, onProgress })
    else await sftp.upload(file, path, { atomic: true, signal, onProgress })
  } catch (error) {
    throw await truly(sftp, file, path, before, goOn, signal, error)
  }
}

async function continuePart(sftp: SftpClient, file: File, path: string, before: SftpStat | undefined, { signal, onProgress }: Job): Promise<void> {
  const part = partOf(path)
  await sftp.upload(file, part, { resume: true, signal, onProgress })
  if (before?.mode !== undefined) await sftp.chmod(part, before.mode & 0o7777, { signal })
  if (sftp.extensions.has('fsync@openssh.com')) {
    const written = await sftp.open(part, 'r+', { signal })
    await written.sync({ signal }).catch(() => {})
    await written.close()
  }
  await sftp.rename(part, path, { overwrite: true, signal })
}

/** What is there now, as far as that can be known. */
async function truly(sftp: SftpClient, file: File, path: string, before: SftpStat | undefined, goOn: boolean, signal: AbortSignal, error: unknown): Promise<SSHError> {
  const why = signal.aborted ? 'Cancelled.' : `${sentence((error as Error).message)}`
  const code = signal.aborted ? 'CANCELLED' : (error as { readonly code?: string }).code ?? 'ERR_UPLOAD'
  const old = before ? 'the old file is there unchanged' : 'no file of this name is there'
  try {
    const now = await sftp.stat(path).catch((failure: { readonly code?: string }) => {
      if (failure.code === 'ERR_SFTP_NO_SUCH_FILE') return undefined
      throw failure
    })
    const kept = await unfinishedBeside(sftp, path)
    const replaced = now !== undefined && now.size === file.size && (before === undefined || now.mtime !== before.mtime || now.size !== before.size)
    if (replaced) return new SSHError(`${why} It was too late: the new file is there, whole.`, { code })
    const beside = kept > 0 && goOn ? ' What has arrived is kept beside it; uploading it again can go on there.' : ''
    return new SSHError(`${why} On the server ${old}.${beside}`, { code })
  } catch {
    return new SSHError(`${why} The server cannot be asked; on it there is either ${before ? 'the old file' : 'no file of this name'}, or all of the new one. What has arrived may be kept beside it.`, { code })
  }
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`
}
