import { checkedAttributes, type SftpAttributes } from '../../bindings/sftp/attributes.ts'
import {
  LIBSSH2_SFTP_ATTR_ACMODTIME, LIBSSH2_SFTP_ATTR_EXTENDED, LIBSSH2_SFTP_ATTR_PERMISSIONS, LIBSSH2_SFTP_ATTR_SIZE, LIBSSH2_SFTP_ATTR_UIDGID,
  LIBSSH2_SFTP_S_IFDIR, LIBSSH2_SFTP_S_IFLNK, LIBSSH2_SFTP_S_IFMT, LIBSSH2_SFTP_S_IFREG,
} from '../../ffi/constants.gen.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import type { WireWriter } from '../../wire-format/writer.ts'

/** The kind of a directory entry; `other` means devices, sockets and pipes. */
export type FileKind = 'file' | 'directory' | 'link' | 'other'

const KINDS: Readonly<Record<number, FileKind>> = { [LIBSSH2_SFTP_S_IFREG]: 'file', [LIBSSH2_SFTP_S_IFDIR]: 'directory', [LIBSSH2_SFTP_S_IFLNK]: 'link' }

/** The kind that the type bits of `permissions` give; `undefined` if there are none. */
export function kindOfMode(permissions: number | undefined): FileKind | undefined {
  const type = (permissions ?? 0) & LIBSSH2_SFTP_S_IFMT
  return type === 0 ? undefined : KINDS[type] ?? 'other'
}

/** What a server knows about a file. A field that it did not send is missing. */
export class SftpStat implements SftpAttributes {
  /** Bytes, exact up to 2^53. */
  declare readonly filesize?: number
  declare readonly uid?: number
  declare readonly gid?: number
  /** File type and mode bits: `LIBSSH2_SFTP_S_*`. */
  declare readonly permissions?: number
  /** Seconds since 1970. */
  declare readonly atime?: number
  declare readonly mtime?: number
  /** Further attributes that the server sends, by the names of its extensions. */
  declare readonly extended?: ReadonlyMap<string, Uint8Array>

  readonly #kind: FileKind | undefined

  /** @param kind found in another way, if the mode does not contain it. */
  constructor(attributes: SftpAttributes & { readonly extended?: ReadonlyMap<string, Uint8Array> }, kind?: FileKind) {
    Object.assign(this, attributes)
    this.#kind = kindOfMode(attributes.permissions) ?? kind
  }

  /** The same as `filesize`, under the name that the Web and Node use. */
  get size(): number | undefined {
    return this.filesize
  }

  /** The same as `permissions`, under Node's name. */
  get mode(): number | undefined {
    return this.permissions
  }

  /** The file's kind; `undefined` if neither the server's reply nor a second request gave it. */
  get kind(): FileKind | undefined {
    return this.#kind
  }

  /** True for a regular file. */
  isFile(): boolean {
    return this.#kind === 'file'
  }

  /** True for a directory. */
  isDirectory(): boolean {
    return this.#kind === 'directory'
  }

  /** True for a symbolic link itself. */
  isSymbolicLink(): boolean {
    return this.#kind === 'link'
  }
}

/** ATTRS (draft-ietf-secsh-filexfer-02 section 5). */
export function readAttributes(reader: WireReader): SftpStat {
  const flags = reader.uint32()
  const attributes: { -readonly [K in keyof SftpAttributes]: SftpAttributes[K] } & { extended?: Map<string, Uint8Array> } = {}
  if (flags & LIBSSH2_SFTP_ATTR_SIZE) attributes.filesize = reader.size()
  if (flags & LIBSSH2_SFTP_ATTR_UIDGID) {
    attributes.uid = reader.uint32()
    attributes.gid = reader.uint32()
  }
  if (flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) attributes.permissions = reader.uint32()
  if (flags & LIBSSH2_SFTP_ATTR_ACMODTIME) {
    attributes.atime = reader.uint32()
    attributes.mtime = reader.uint32()
  }
  if (flags & LIBSSH2_SFTP_ATTR_EXTENDED) {
    attributes.extended = new Map()
    for (let count = reader.uint32(); count > 0; count--) attributes.extended.set(decodeText(reader.string()), reader.string().slice())
  }
  return new SftpStat(attributes)
}

/** Writes the given attributes. @throws TypeError for one of a pair without the other, RangeError for a value that does not fit its field. */
export function writeAttributes(writer: WireWriter, attributes: SftpAttributes): void {
  const { flags, filesize, uid, gid, permissions, atime, mtime } = checkedAttributes(attributes)
  writer.uint32(flags)
  if (flags & LIBSSH2_SFTP_ATTR_SIZE) writer.uint64(BigInt(filesize))
  if (flags & LIBSSH2_SFTP_ATTR_UIDGID) writer.uint32(uid).uint32(gid)
  if (flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) writer.uint32(permissions)
  if (flags & LIBSSH2_SFTP_ATTR_ACMODTIME) writer.uint32(atime).uint32(mtime)
}
