/// `#local-files`: files of the machine that this runs on, where the runtime has them.

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

/** Opens a file. @throws SSHError `ERR_NO_LOCAL_FILES` where the runtime has none, or the error of the system. */
export declare function openLocalFile(path: LocalPath, how: LocalOpenMode): Promise<LocalFile>

/** The entries of a directory, in no order. */
export declare function listLocalDirectory(path: LocalPath): Promise<LocalEntry[]>

/** Makes a directory, with those above it; one that exists is no error. */
export declare function makeLocalDirectory(path: LocalPath): Promise<void>

/** The path of an entry in `folder`. */
export declare function joinLocalPath(folder: LocalPath, name: string): string

/** Whether a name from a server would lead out of the folder, or is one that this system cannot have. */
export declare function isForeignName(name: string): boolean
