import {
  LIBSSH2_SFTP_ATTR_ACMODTIME, LIBSSH2_SFTP_ATTR_PERMISSIONS, LIBSSH2_SFTP_ATTR_SIZE, LIBSSH2_SFTP_ATTR_UIDGID,
} from '../../ffi/constants.gen.ts'
import type { Bytes } from '../../ffi/exports.gen.ts'
import type { Heap } from '../../ffi/heap.ts'
import { LIBSSH2_SFTP_ATTRIBUTES as ATTRIBUTES, LIBSSH2_SFTP_STATVFS as STATVFS } from '../../ffi/layouts.gen.ts'
import { record, wholeNumber } from '../arguments.ts'

/** File attributes (draft-ietf-secsh-filexfer-02 section 5); a field is missing if the server did not send it, or if it should not be set. */
export interface SftpAttributes {
  /** Bytes, exact up to 2^53. */
  readonly filesize?: number
  readonly uid?: number
  readonly gid?: number
  /** File type and mode bits: `LIBSSH2_SFTP_S_*`. */
  readonly permissions?: number
  /** Seconds since 1970. */
  readonly atime?: number
  readonly mtime?: number
}

/** Statistics of a file system (`statvfs@openssh.com`), exact up to 2^53. */
export interface SftpStatvfs {
  readonly bsize: number
  readonly frsize: number
  readonly blocks: number
  readonly bfree: number
  readonly bavail: number
  readonly files: number
  readonly ffree: number
  readonly favail: number
  /** An identifier, not a quantity: all 64 bits. */
  readonly fsid: bigint
  /** `LIBSSH2_SFTP_ST_*`. */
  readonly flag: number
  readonly namemax: number
}

const at = (pointer: Bytes, offset: number) => (pointer + offset) as Bytes

export function readAttributes(heap: Heap, pointer: Bytes): SftpAttributes {
  const flags = heap.u32(at(pointer, ATTRIBUTES.flags))
  return {
    ...flags & LIBSSH2_SFTP_ATTR_SIZE && { filesize: Number(heap.u64(at(pointer, ATTRIBUTES.filesize))) },
    ...flags & LIBSSH2_SFTP_ATTR_UIDGID && { uid: heap.u32(at(pointer, ATTRIBUTES.uid)), gid: heap.u32(at(pointer, ATTRIBUTES.gid)) },
    ...flags & LIBSSH2_SFTP_ATTR_PERMISSIONS && { permissions: heap.u32(at(pointer, ATTRIBUTES.permissions)) },
    ...flags & LIBSSH2_SFTP_ATTR_ACMODTIME && { atime: heap.u32(at(pointer, ATTRIBUTES.atime)), mtime: heap.u32(at(pointer, ATTRIBUTES.mtime)) },
  }
}

/** What to set: the fields (`LIBSSH2_SFTP_ATTR_*`), and their values, 0 for missing ones. */
export interface CheckedAttributes extends Required<SftpAttributes> {
  readonly flags: number
}

/**
 * The protocol sets owner and group together, and both times together.
 * @throws TypeError for one of a pair without the other, RangeError for a value that does not fit its field.
 */
export function checkedAttributes(attributes: SftpAttributes): CheckedAttributes {
  const { filesize, uid, gid, permissions, atime, mtime } = record(attributes, 'attributes')
  const owned = uid !== undefined || gid !== undefined
  const timed = atime !== undefined || mtime !== undefined
  const field = (given: boolean, value: number | undefined, name: string, other: string) => given ? wholeNumber(needed(value, name, other), name) : 0
  return {
    flags: (filesize === undefined ? 0 : LIBSSH2_SFTP_ATTR_SIZE) | (owned ? LIBSSH2_SFTP_ATTR_UIDGID : 0)
      | (permissions === undefined ? 0 : LIBSSH2_SFTP_ATTR_PERMISSIONS) | (timed ? LIBSSH2_SFTP_ATTR_ACMODTIME : 0),
    filesize: filesize === undefined ? 0 : wholeNumber(filesize, 'filesize', 0, Number.MAX_SAFE_INTEGER),
    uid: field(owned, uid, 'uid', 'gid'),
    gid: field(owned, gid, 'gid', 'uid'),
    permissions: permissions === undefined ? 0 : wholeNumber(permissions, 'permissions'),
    atime: field(timed, atime, 'atime', 'mtime'),
    mtime: field(timed, mtime, 'mtime', 'atime'),
  }
}

/** Writes the values to set into zeroed memory. */
export function writeAttributes(heap: Heap, pointer: Bytes, checked: CheckedAttributes): void {
  heap.setU64(at(pointer, ATTRIBUTES.filesize), BigInt(checked.filesize))
  heap.setU32(at(pointer, ATTRIBUTES.flags), checked.flags)
  heap.setU32(at(pointer, ATTRIBUTES.uid), checked.uid)
  heap.setU32(at(pointer, ATTRIBUTES.gid), checked.gid)
  heap.setU32(at(pointer, ATTRIBUTES.permissions), checked.permissions)
  heap.setU32(at(pointer, ATTRIBUTES.atime), checked.atime)
  heap.setU32(at(pointer, ATTRIBUTES.mtime), checked.mtime)
}

function needed(value: number | undefined, name: string, other: string): number {
  if (value === undefined) throw new TypeError(`${name} is required if ${other} is set`)
  return value
}

export function readStatvfs(heap: Heap, pointer: Bytes): SftpStatvfs {
  const field = (offset: number) => heap.u64(at(pointer, offset))
  return {
    bsize: Number(field(STATVFS.f_bsize)),
    frsize: Number(field(STATVFS.f_frsize)),
    blocks: Number(field(STATVFS.f_blocks)),
    bfree: Number(field(STATVFS.f_bfree)),
    bavail: Number(field(STATVFS.f_bavail)),
    files: Number(field(STATVFS.f_files)),
    ffree: Number(field(STATVFS.f_ffree)),
    favail: Number(field(STATVFS.f_favail)),
    fsid: field(STATVFS.f_fsid),
    flag: Number(field(STATVFS.f_flag)),
    namemax: Number(field(STATVFS.f_namemax)),
  }
}
