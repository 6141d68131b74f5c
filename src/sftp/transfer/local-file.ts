/// Files of the machine that this runs on; `#local-files` has them where the runtime does.

/** An open local file. */
export interface LocalFile {
  /** Bytes, when it was opened; 0 if it is to be replaced. */
  readonly size: number
  /** Mode bits of the file system, for the copy; 0 where it has none, and if it is to be replaced. */
  readonly mode: number
  /** Up to `length` bytes from `position` on; none at the end. @param memory from an earlier read, to be used again if it is large enough. */
  read(length: number, position: number, memory?: Uint8Array): Promise<Uint8Array>
  /** Writes all parts of `data`, one behind the other. */
  write(data: readonly Uint8Array[], position: number): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

/** `read` an existing file, `replace` it, or `go-on` with what is there already. */
export type LocalOpenMode = 'read' | 'replace' | 'go-on'

/** An entry of a local directory; links are not followed. */
export interface LocalEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'other'
}

/** A path of the machine that this runs on, or a `file:` URL. */
export type LocalPath = string | URL
