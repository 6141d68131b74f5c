import { constants } from 'node:fs'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import type { SftpStat } from '../../sftp/protocol/attributes.ts'

/** Attributes to be set; owner and group, and both times, go together: one without the other is left out. */
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

/** What a server tells of a file; what it does not tell is `undefined`. */
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
  /** What the server tells beyond that, by the names of its extensions. */
  extended?: Record<string, Buffer> | undefined
}

/** Attributes, and questions about the type. */
export class Stats implements Attributes {
  mode: number
  uid: number
  gid: number
  size: number
  atime: number
  mtime: number
  extended: Record<string, Buffer> | undefined

  constructor(initial?: Partial<Attributes>) {
    // A server that does not tell leaves them out, which types of `ssh2` do not know.
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

/** What the library read, as `ssh2` gives it. */
export function toStats({ permissions, uid, gid, filesize, atime, mtime, extended }: SftpStat): Stats {
  return new Stats({
    mode: permissions as number, uid: uid as number, gid: gid as number, size: filesize as number, atime: atime as number, mtime: mtime as number,
    extended: extended && Object.fromEntries([...extended].map(([name, data]) => [name, Buffer.from(data)])),
  })
}

const isDate = (value: unknown): value is Date => Object.prototype.toString.call(value) === '[object Date]'
const isTime = (value: unknown): value is number | Date => typeof value === 'number' || isDate(value)

/** Seconds since 1970, whole ones. @throws Error `Cannot parse time: …` */
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

/** What is set of what a caller gives; everything else sets nothing, as with `ssh2`. */
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

/** Attributes of what is opened or made: some give the mode alone. */
export function attributesOfNew(given: unknown): SftpAttributes {
  return toAttributes(typeof given === 'number' || typeof given === 'string' ? { mode: given } : given)
}
