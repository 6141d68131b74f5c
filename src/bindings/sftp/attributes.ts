import {
  LIBSSH2_SFTP_ATTR_ACMODTIME, LIBSSH2_SFTP_ATTR_PERMISSIONS, LIBSSH2_SFTP_ATTR_SIZE, LIBSSH2_SFTP_ATTR_UIDGID,
} from '../../ffi/constants.gen.ts'
import type { Bytes } from '../../ffi/exports.ts'
import type { Heap } from '../../ffi/heap.ts'
import { record, wholeNumber } from '../arguments.ts'

/** File attributes (draft-ietf-secsh-filexfer-02 section 5); a field that the server did not send, or that is not to be set, is missing. */
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

/** Figures of a file system (`statvfs@openssh.com`), exact up to 2^53. */
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

/** sizeof LIBSSH2_SFTP_ATTRIBUTES and its fields; `wasm/glue-sftp.c` holds the compiler to these numbers. */
export const ATTRIBUTES_SIZE = 40
const FLAGS = 0
const FILESIZE = 8
const UID = 16
const GID = 20
const PERMISSIONS = 24
const ATIME = 28
const MTIME = 32

export const STATVFS_SIZE = 88

const at = (pointer: Bytes, offset: number) => (pointer + offset) as Bytes

export function readAttributes(heap: Heap, pointer: Bytes): SftpAttributes {
  const flags = heap.u32(at(pointer, FLAGS))
  return {
    ...flags & LIBSSH2_SFTP_ATTR_SIZE && { filesize: Number(heap.u64(at(pointer, FILESIZE))) },
    ...flags & LIBSSH2_SFTP_ATTR_UIDGID && { uid: heap.u32(at(pointer, UID)), gid: heap.u32(at(pointer, GID)) },
    ...flags & LIBSSH2_SFTP_ATTR_PERMISSIONS && { permissions: heap.u32(at(pointer, PERMISSIONS)) },
    ...flags & LIBSSH2_SFTP_ATTR_ACMODTIME && { atime: heap.u32(at(pointer, ATIME)), mtime: heap.u32(at(pointer, MTIME)) },
  }
}

/** What is to be set: which fields (`LIBSSH2_SFTP_ATTR_*`), and their values, 0 where none is given. */
export interface CheckedAttributes extends Required<SftpAttributes> {
  readonly flags: number
}

/**
 * The protocol sets owner and group together, and both times together.
 * @throws TypeError for one of a pair without the other, RangeError for what a field cannot hold.
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

/** Writes what is to be set into zeroed memory. */
export function writeAttributes(heap: Heap, pointer: Bytes, checked: CheckedAttributes): void {
  heap.setU64(at(pointer, FILESIZE), BigInt(checked.filesize))
  heap.setU32(at(pointer, FLAGS), checked.flags)
  heap.setU32(at(pointer, UID), checked.uid)
  heap.setU32(at(pointer, GID), checked.gid)
  heap.setU32(at(pointer, PERMISSIONS), checked.permissions)
  heap.setU32(at(pointer, ATIME), checked.atime)
  heap.setU32(at(pointer, MTIME), checked.mtime)
}

function needed(value: number | undefined, name: string, other: string): number {
  if (value === undefined) throw new TypeError(`${name} is needed where ${other} is set`)
  return value
}

export function readStatvfs(heap: Heap, pointer: Bytes): SftpStatvfs {
  const field = (index: number) => heap.u64(at(pointer, 8 * index))
  const [bsize, frsize, blocks, bfree, bavail, files, ffree, favail] = Array.from({ length: 8 }, (_, i) => Number(field(i))) as [number, number, number, number, number, number, number, number]
  return { bsize, frsize, blocks, bfree, bavail, files, ffree, favail, fsid: field(8), flag: Number(field(9)), namemax: Number(field(10)) }
}
