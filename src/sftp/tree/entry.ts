import type { SftpPath } from '../../bindings/sftp/context.ts'
import { decodeText, encodeText, equalBytes } from '../../wire-format/bytes.ts'
import { type FileKind, SftpStat } from '../protocol/attributes.ts'
import { joinPath } from '../protocol/paths.ts'
import { kindOfEntry } from '../protocol/remarks.ts'
import type { NamedFile } from '../protocol/requests.ts'

/** One entry of a directory. */
export class SftpEntry {
  /** As text; what is not UTF-8 in it is replaced. */
  readonly filename: string
  /** The name's own bytes. */
  readonly filenameBytes: Uint8Array
  /** The directory's path and the name, good for further calls: bytes where the name is not UTF-8. */
  readonly path: SftpPath
  /** A line as `ls -l` prints it, made by the server. */
  readonly longentry: string
  /** Of the entry itself: a symbolic link is not followed. */
  readonly attributes: SftpStat

  /** For `readdir` and `walk`. @param kind found out otherwise, where neither the mode nor the line tells it. */
  constructor(directory: SftpPath, { filenameBytes, longentry, attributes }: NamedFile, kind?: FileKind) {
    this.filename = decodeText(filenameBytes)
    this.filenameBytes = filenameBytes
    this.path = joinPath(directory, equalBytes(encodeText(this.filename), filenameBytes) ? this.filename : filenameBytes)
    this.longentry = longentry
    this.attributes = new SftpStat(attributes, kind ?? kindOfEntry(attributes.permissions, longentry))
  }

  /** The name: bytes where it is not UTF-8. */
  get name(): string | Uint8Array {
    return typeof this.path === 'string' || equalBytes(encodeText(this.filename), this.filenameBytes) ? this.filename : this.filenameBytes
  }

  /** What it is. */
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
