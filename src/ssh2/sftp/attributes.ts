import { constants } from 'node:fs'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import type { SftpStat } from '../../sftp/protocol/attributes.ts'

/** Attributes to set. Owner and group go together, and so do both times: one without the other is ignored. */
export interface InputAttributes {
  /** Mode bits; text is octal. */
  mode?: number | string | undefined
  uid?: number | undefined
  gid?: number | undefined
  /** Bytes. */
  size?: number | undefined
  /** Seconds since 1970, or a date. */
  atime?: number | Date | undefined
  mtime?: number | Date | undefined
}

/** What a server says about a file; missing values are `undefined`. */
export interface Attributes {
  /** Type and mode bits. */
  mode: number
  uid: number
  gid: number
  /** Bytes. */
  size: number
  /** Seconds since 1970. */
  atime: number
  mtime: number
  /** Further attributes that the server sends, by the names of its extensions. */
  extended?: Record<string, Buffer> | undefined
}

/** Attributes, and methods that test the type. */
export class Stats implements Attributes {
  mode: number
  uid: number
  gid: number
  size: number
  atime: number
  mtime: number
  extended: Record<string, Buffer> | undefined

  constructor(initial?: Partial<Attributes>) {
    // A server may omit them, which the types of `ssh2` do not know.
    this.mode = initial?.mode as number
    this.uid = initial?.uid as number
    this.gid = initial?.gid as number
    this.size = initial?.size as number
    this.atime = initial?.atime as number
    this.mtime = initial?.mtime as number
    this.extended = initial?.extended
  }

  #is(type: number): boolean {
    return (this.mode & constants.S_IFMT) === type
  }

  /** True for a directory. */
  isDirectory(): boolean {
    return this.#is(constants.S_IFDIR)
  }

  /** True for a regular file. */
  isFile(): boolean {
    return this.#is(constants.S_IFREG)
  }

  /** True for a block device. */
  isBlockDevice(): boolean {
    return this.#is(constants.S_IFBLK)
  }

  /** True for a character device. */
  isCharacterDevice(): boolean {
    return this.#is(constants.S_IFCHR)
  }

  /** True for a symbolic link itself. */
  isSymbolicLink(): boolean {
    return this.#is(constants.S_IFLNK)
  }

  /** True for a named pipe. */
  isFIFO(): boolean {
    return this.#is(constants.S_IFIFO)
  }

  /** True for a socket. */
  isSocket(): boolean {
    return this.#is(constants.S_IFSOCK)
  }
}

/** The library's attributes in the form of `ssh2`. */
export function toStats({ permissions, uid, gid, filesize, atime, mtime, extended }: SftpStat): Stats {
  return new Stats({
    mode: permissions as number, uid: uid as number, gid: gid as number, size: filesize as number, atime: atime as number, mtime: mtime as number,
    extended: extended && Object.fromEntries([...extended].map(([name, data]) => [name, Buffer.from(data)])),
  })
}

const isDate = (value: unknown): value is Date => Object.prototype.toString.call(value) === '[object Date]'
const isTime = (value: unknown): value is number | Date => typeof value === 'number' || isDate(value)

/** Whole seconds since 1970. @throws Error `Cannot parse time: …` */
export function toSeconds(time: number | Date): number {
  const seconds = isDate(time) ? time.getTime() / 1000 : time
  if (typeof seconds !== 'number' || Number.isNaN(seconds)) throw new Error(`Cannot parse time: ${String(time)}`)
  return Math.trunc(seconds)
}

/** Mode bits. @param mode text is octal @throws Error `Cannot parse mode: …` */
export function toMode(mode: number | string): number {
  const bits = typeof mode === 'string' ? Number.parseInt(mode, 8) : mode
  if (typeof bits !== 'number' || Number.isNaN(bits)) throw new Error(`Cannot parse mode: ${String(mode)}`)
  return bits
}

/** The valid part of a caller's attributes; the rest sets nothing, as in `ssh2`. */
export function toAttributes(given: unknown): SftpAttributes {
  if (typeof given !== 'object' || given === null) return {}
  const { size, uid, gid, mode, atime, mtime } = given as InputAttributes
  return {
    ...typeof size === 'number' && { filesize: size },
    ...typeof uid === 'number' && typeof gid === 'number' && { uid, gid },
    ...(typeof mode === 'number' || typeof mode === 'string') && { permissions: toMode(mode) },
    ...isTime(atime) && isTime(mtime) && { atime: toSeconds(atime), mtime: toSeconds(mtime) },
  }
}

/** Attributes of an opened or created file; some callers give only the mode. */
export function attributesOfNew(given: unknown): SftpAttributes {
  return toAttributes(typeof given === 'number' || typeof given === 'string' ? { mode: given } : given)
}
