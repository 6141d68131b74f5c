import { stat } from 'node:fs/promises'
import type { SftpClient } from '../../sftp/client/sftp-client.ts'

export interface CopyOptions {
  readonly recursive: boolean
  /** Keeps times and modes (`-p`). */
  readonly preserve: boolean
  /** Bytes per second; undefined for no limit. */
  readonly limit: number | undefined
  readonly progress: boolean
  /** Continues where the file of an earlier attempt ends. */
  readonly resume?: boolean
  /** In a tree, copies what symbolic links lead to, as scp does; otherwise they are left out, as sftp does. */
  readonly follow: boolean
  /** Receives messages about what could not be copied. */
  readonly fail: (text: string) => void
  /** Receives messages about what is left out, which is no failure. */
  readonly leaveOut: (text: string) => void
  /** Called with each directory of a tree, before what is in it. */
  readonly enter?: (path: string) => void
}

/** A local or a remote path, as bytes if a name is not UTF-8. */
export type Path = string | Uint8Array
export type RemoteStatus = Awaited<ReturnType<SftpClient['stat']>>

/** The mode bits of a directory that are copied, and those that its owner needs to write into it. */
export const DIRECTORY_MODE = 0o1777
export const WRITABLE = 0o300
/** Deeper trees are a mistake, or a link to a directory above, as in scp and sftp. */
export const MOST_DEPTH = 64
export const TOO_DEEP = `Maximum directory depth exceeded: ${MOST_DEPTH} levels`

/** As Node takes it. */
export const named = (path: Path) => typeof path === 'string' ? path : Buffer.from(path)

export async function isLocalDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

export async function isRemoteDirectory(sftp: SftpClient, path: Path): Promise<boolean> {
  return await sftp.exists(path) && (await sftp.stat(path)).isDirectory()
}
