import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { SSHError } from '../../errors/ssh-error.ts'
import type { LocalUser } from './tokens.ts'

const WRITABLE_BY_GROUP = 0o020, WRITABLE_BY_ALL = 0o002

export interface ConfigFile {
  readonly path: string
  /** Where relative `Include` paths start. */
  readonly folder: string
  /** The file must exist, because the user named it. */
  readonly required?: boolean
  /** Others must not be able to write to the file. */
  readonly private?: boolean
}

/** Undefined if an optional file is missing, or is a directory. @throws SSHError `ERR_SSH_CONFIG` if it cannot be read, or others could have written to it */
export function readConfigText({ path, required = false, private: guarded = false }: ConfigFile, { uid }: Pick<LocalUser, 'uid'>): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SSHError(`${path} cannot be read`, { code: 'ERR_SSH_CONFIG', cause })
  }
  try {
    const status = fstatSync(descriptor)
    if (!required && status.isDirectory()) return undefined
    if (guarded && process.platform !== 'win32' && isExposed(status, uid)) throw new SSHError(`${path} has another owner, or others may write to it`, { code: 'ERR_SSH_CONFIG' })
    return readFileSync(descriptor, 'utf8').replace(/^\ufeff/, '')
  } catch (cause) {
    if (cause instanceof SSHError) throw cause
    throw new SSHError(`${path} cannot be read`, { code: 'ERR_SSH_CONFIG', cause })
  } finally {
    closeSync(descriptor)
  }
}

/** A group with the same number as its owner is that user's own, as on Debian and other systems. */
function isExposed({ uid: owner, gid, mode }: Stats, uid: number): boolean {
  return (owner !== 0 && owner !== uid) || (mode & WRITABLE_BY_ALL) !== 0 || ((mode & WRITABLE_BY_GROUP) !== 0 && gid !== owner)
}
