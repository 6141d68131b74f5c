/// `#local-files`: files of the local machine, if the runtime has them.

/** A path on the local machine, or a `file:` URL. */
export type LocalPath = string | URL

/** The same within the library: a name that is not UTF-8 keeps its bytes. */
export type LocalName = LocalPath | Uint8Array

/** What the local file system knows. Times are whole seconds since 1970, as in SFTP; `mode` has no type bits, and is 0 on systems without modes. */
export interface LocalStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly size: number
  readonly mode: number
  readonly atime: number
  readonly mtime: number
}

/** An entry of a local directory; links are not followed. */
export interface LocalEntry {
  /** Bytes if it is not UTF-8. */
  readonly name: string | Uint8Array
  readonly kind: LocalStat['kind']
}

/** Attributes to set on a file or directory; missing ones stay. */
export interface LocalAttributes {
  readonly mode?: number | undefined
  /** Access and modification, in seconds since 1970. */
  readonly times?: readonly [atime: number, mtime: number] | undefined
}

/** An open local file. */
export interface LocalFile {
  /** The state when it was opened. */
  readonly stat: LocalStat
  /** The current state. */
  look(): LocalStat
  /** Up to `length` bytes from `position`; none at the end. @param memory from an earlier read, reused if it is large enough. */
  read(length: number, position: number, memory?: Uint8Array): Promise<Uint8Array>
  /** Writes all parts of `data` in order. */
  write(data: readonly Uint8Array[], position: number): Promise<void>
  truncate(size: number): Promise<void>
  /** Makes the system write it to the disk. */
  sync(): Promise<void>
  set(attributes: LocalAttributes): Promise<void>
  close(): Promise<void>
}

/** A small file, read completely. */
export interface SmallFile {
  readonly stat: LocalStat
  readonly bytes: Uint8Array
}

/** `read` an existing file, `replace` it, `go-on` with its existing content, or create a `new` one, which must not exist. */
export type LocalOpenMode = 'read' | 'replace' | 'go-on' | 'new'

/** The file system of the local machine. */
export interface LocalFiles {
  /** @param mode of a new file; the system applies the user's umask. */
  open(path: LocalName, how: LocalOpenMode, mode?: number): Promise<LocalFile>
  /**
   * Reads a regular file of no more than `most` bytes at once, without a thread for each step, which costs several times as much as reading.
   * @returns `undefined` for anything else, which must be read piece by piece, e.g. an empty file or one that ends before its size. @throws as
   * `open`.
   */
  readSmall(path: LocalName, most: number): SmallFile | undefined
  /**
   * Writes a small regular file at once, as `readSmall` reads one: a new one, or in place of the content of an existing one. @returns `false`, with nothing written, for
   * anything else, e.g. a pipe. @throws as `open`.
   */
  writeSmall(path: LocalName, mode: number, data: readonly Uint8Array[]): boolean
  list(path: LocalName): Promise<LocalEntry[]>
  /** Attributes of the path's target, or of a link itself; `undefined` if there is nothing. */
  look(path: LocalName, follow: boolean): Promise<LocalStat | undefined>
  /** Creates the directory and its parents; an existing one is no error. @param mode of this one, if it is new. @returns whether it is. */
  makeDirectory(path: LocalName, mode?: number): Promise<boolean>
  set(path: LocalName, attributes: LocalAttributes): Promise<void>
  rename(source: LocalName, target: LocalName): Promise<void>
  /** A missing file is no error. */
  remove(path: LocalName): Promise<void>
  /** The target stored in a symbolic link. */
  readLink(path: LocalName): Promise<string | Uint8Array>
  makeLink(target: string | Uint8Array, path: LocalName): Promise<void>
  /** The path with all links resolved. */
  realPath(path: LocalName): Promise<string>
  join(folder: LocalName, name: string | Uint8Array): string | Uint8Array
  /** The same for many names, of entries of that folder: neither `.` nor `..`. */
  inside(folder: LocalName): (name: string | Uint8Array) => string | Uint8Array
  /** The path of a sibling of that file. */
  beside(path: LocalName, rename: (name: string) => string): string | Uint8Array
  /** Whether a name from a server would lead out of the folder, or is impossible on this system. */
  isForeign(name: string | Uint8Array): boolean
  /** For messages. */
  text(path: LocalName): string
}

/** The file system of `#local-files`. In a runtime without files each call fails with SSHError `ERR_NO_LOCAL_FILES`. */
export declare const localFiles: LocalFiles
