import { WireReader } from '../../../src/wire-format/reader.ts'
import type { WireWriter } from '../../../src/wire-format/writer.ts'

/** Requests of SFTP version 3 by number (draft-ietf-secsh-filexfer-02 section 3). */
const NAMES = {
  3: 'OPEN', 4: 'CLOSE', 5: 'READ', 6: 'WRITE', 7: 'LSTAT', 8: 'FSTAT', 9: 'SETSTAT', 10: 'FSETSTAT', 11: 'OPENDIR', 12: 'READDIR', 13: 'REMOVE',
  14: 'MKDIR', 15: 'RMDIR', 16: 'REALPATH', 17: 'STAT', 18: 'RENAME', 19: 'READLINK', 20: 'SYMLINK', 200: 'EXTENDED',
} as const
export type RequestName = (typeof NAMES)[keyof typeof NAMES]
export const FXP = { INIT: 1, VERSION: 2, STATUS: 101, HANDLE: 102, DATA: 103, NAME: 104, ATTRS: 105, EXTENDED_REPLY: 201 } as const
export const FX = { OK: 0, EOF: 1, NO_SUCH_FILE: 2, PERMISSION_DENIED: 3, FAILURE: 4, BAD_MESSAGE: 5, OP_UNSUPPORTED: 8 } as const
/** Bits of OPEN. */
export const OPEN = { READ: 1, WRITE: 2, APPEND: 4, CREAT: 8, TRUNC: 16, EXCL: 32 } as const

/** ATTRS: what is left out is not sent. */
export interface Attributes {
  readonly size?: number | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly mode?: number | undefined
  readonly atime?: number | undefined
  readonly mtime?: number | undefined
}

export interface Request {
  readonly name: RequestName
  readonly id: number
  /** Of requests about a path; of EXTENDED, the extension's name. */
  readonly path: string
  /** The second path of RENAME and SYMLINK. */
  readonly path2: string
  /** Of requests about an open file or directory. */
  readonly handle: string
  readonly flags: number
  readonly offset: number
  readonly length: number
  readonly data: Uint8Array
  readonly attributes: Attributes
  /** What follows the name of an extension. */
  readonly rest: Uint8Array
}

const WITH_HANDLE: readonly RequestName[] = ['CLOSE', 'READ', 'WRITE', 'FSTAT', 'FSETSTAT', 'READDIR']
const WITH_ATTRIBUTES: readonly RequestName[] = ['OPEN', 'MKDIR', 'SETSTAT', 'FSETSTAT']
/** Names are bytes: latin1 keeps each of them. */
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

export function readRequest(packet: Uint8Array): Request {
  const body = new WireReader(packet)
  const name = NAMES[body.byte() as keyof typeof NAMES]
  const id = body.uint32()
  const first = text(body.string())
  const withHandle = WITH_HANDLE.includes(name)
  const withOffset = name === 'READ' || name === 'WRITE'
  return {
    name, id, path: withHandle ? '' : first, handle: withHandle ? first : '',
    path2: name === 'RENAME' || name === 'SYMLINK' ? text(body.string()) : '',
    flags: name === 'OPEN' ? body.uint32() : 0,
    offset: withOffset ? Number(body.uint64()) : 0,
    length: name === 'READ' ? body.uint32() : 0,
    data: name === 'WRITE' ? body.string().slice() : new Uint8Array(),
    attributes: WITH_ATTRIBUTES.includes(name) ? readAttributes(body) : {},
    rest: body.rest().slice(),
  }
}

function readAttributes(body: WireReader): Attributes {
  const flags = body.uint32()
  return {
    ...flags & 1 ? { size: Number(body.uint64()) } : {},
    ...flags & 2 ? { uid: body.uint32(), gid: body.uint32() } : {},
    ...flags & 4 ? { mode: body.uint32() } : {},
    ...flags & 8 ? { atime: body.uint32(), mtime: body.uint32() } : {},
  }
}

export function writeAttributes(writer: WireWriter, { size, uid, gid, mode, atime, mtime }: Attributes): WireWriter {
  writer.uint32((size === undefined ? 0 : 1) | (uid === undefined ? 0 : 2) | (mode === undefined ? 0 : 4) | (mtime === undefined ? 0 : 8))
  if (size !== undefined) writer.uint64(BigInt(size))
  if (uid !== undefined) writer.uint32(uid).uint32(gid ?? 0)
  if (mode !== undefined) writer.uint32(mode)
  if (mtime !== undefined) writer.uint32(atime ?? mtime).uint32(mtime)
  return writer
}

/** The bytes of a name that is written as latin1. */
export const nameBytes = (name: string): Uint8Array => Buffer.from(name, 'latin1')
