import type { SftpPath } from '../../bindings/sftp/context.ts'
import { decodeText, encodeText, equalBytes } from '../../wire-format/bytes.ts'
import { type FileKind, SftpStat } from '../protocol/attributes.ts'
import { joinPath } from '../protocol/paths.ts'
import { kindOfEntry } from '../protocol/remarks.ts'
import type { NamedFile } from '../protocol/requests.ts'

/** One entry of a directory. */
export class SftpEntry {
  /** The name as text, with invalid UTF-8 replaced. */
  readonly filename: string
  /** The name's own bytes. */
  readonly filenameBytes: Uint8Array
  /** The directory's path and the name, usable in further calls: bytes if the name is not UTF-8. */
  readonly path: SftpPath
  /** A line like those of `ls -l`, made by the server. */
  readonly longentry: string
  /** Attributes of the entry itself: a symbolic link is not followed. */
  readonly attributes: SftpStat

  /** For `readdir` and `walk`. @param kind found in another way, if neither the mode nor the line contains it. */
  constructor(directory: SftpPath, { filenameBytes, longentry, attributes }: NamedFile, kind?: FileKind) {
    this.filename = decodeText(filenameBytes)
    this.filenameBytes = filenameBytes
    this.path = joinPath(directory, equalBytes(encodeText(this.filename), filenameBytes) ? this.filename : filenameBytes)
    this.longentry = longentry
    this.attributes = new SftpStat(attributes, kind ?? kindOfEntry(attributes.permissions, longentry))
  }

  /** The name: bytes if it is not UTF-8. */
  get name(): string | Uint8Array {
    return typeof this.path === 'string' || equalBytes(encodeText(this.filename), this.filenameBytes) ? this.filename : this.filenameBytes
  }

  /** The entry's kind. */
  get kind(): FileKind | undefined {
    return this.attributes.kind
  }

  /** True for a regular file. */
  isFile(): boolean {
    return this.attributes.isFile()
  }

  /** True for a directory. */
  isDirectory(): boolean {
    return this.attributes.isDirectory()
  }

  /** True for a symbolic link itself. */
  isSymbolicLink(): boolean {
    return this.attributes.isSymbolicLink()
  }
}
