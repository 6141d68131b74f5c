import {
  LIBSSH2_SFTP_ATTR_ACMODTIME, LIBSSH2_SFTP_ATTR_PERMISSIONS, LIBSSH2_SFTP_ATTR_SIZE, LIBSSH2_SFTP_ATTR_UIDGID,
} from '../ffi/constants.gen.ts'
import type { Bytes } from '../ffi/exports.ts'
import type { Heap } from '../ffi/heap.ts'
import { wholeNumber } from './arguments.ts'

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

/** Writes what is to be set into zeroed memory. The protocol sets owner and group together, and both times together. */
export function writeAttributes(heap: Heap, pointer: Bytes, attributes: SftpAttributes): void {
  const { filesize, uid, gid, permissions, atime, mtime } = attributes
  let flags = 0
  const set = (offset: number, value: number, name: string) => heap.setU32(at(pointer, offset), wholeNumber(value, name))
  if (filesize !== undefined) {
    flags |= LIBSSH2_SFTP_ATTR_SIZE
    heap.setU64(at(pointer, FILESIZE), BigInt(wholeNumber(filesize, 'filesize', 0, Number.MAX_SAFE_INTEGER)))
  }
  if (uid !== undefined || gid !== undefined) {
    flags |= LIBSSH2_SFTP_ATTR_UIDGID
    set(UID, needed(uid, 'uid', 'gid'), 'uid')
    set(GID, needed(gid, 'gid', 'uid'), 'gid')
  }
  if (permissions !== undefined) {
    flags |= LIBSSH2_SFTP_ATTR_PERMISSIONS
    set(PERMISSIONS, permissions, 'permissions')
  }
  if (atime !== undefined || mtime !== undefined) {
    flags |= LIBSSH2_SFTP_ATTR_ACMODTIME
    set(ATIME, needed(atime, 'atime', 'mtime'), 'atime')
    set(MTIME, needed(mtime, 'mtime', 'atime'), 'mtime')
  }
  heap.setU32(at(pointer, FLAGS), flags)
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
