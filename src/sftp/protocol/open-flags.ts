import { text } from '../../errors/arguments.ts'
import { LIBSSH2_FXF_APPEND, LIBSSH2_FXF_CREAT, LIBSSH2_FXF_EXCL, LIBSSH2_FXF_READ, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE } from '../../ffi/constants.gen.ts'

/** How to open a file, in Node's notation: read, write (truncates), append; `+` adds the other direction, `x` fails if the file exists. */
export type SftpOpenFlags = 'r' | 'r+' | 'w' | 'wx' | 'w+' | 'wx+' | 'a' | 'ax' | 'a+' | 'ax+'

const EMPTIED = LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC
const APPENDED = LIBSSH2_FXF_CREAT | LIBSSH2_FXF_APPEND
const BASE: Readonly<Record<string, number>> = {
  r: LIBSSH2_FXF_READ,
  w: LIBSSH2_FXF_WRITE | EMPTIED,
  a: LIBSSH2_FXF_WRITE | APPENDED,
}

/** The `LIBSSH2_FXF_*` bits for a name; bits are returned unchanged. */
export function openFlags(flags: SftpOpenFlags | number): number {
  if (typeof flags === 'number') return flags
  const [, base = '', exclusive, both] = /^([rwa])(x?)(\+?)$/.exec(text(flags, 'flags')) ?? []
  const bits = BASE[base]
  if (bits === undefined || (base === 'r' && exclusive)) throw new TypeError(`unknown flags: ${JSON.stringify(flags)}`)
  return bits | (exclusive ? LIBSSH2_FXF_EXCL : 0) | (both ? LIBSSH2_FXF_READ | LIBSSH2_FXF_WRITE : 0)
}
