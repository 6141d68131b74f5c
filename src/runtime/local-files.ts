/// `#local-files`: files of the machine that this runs on, where the runtime has them.

/** A path of the machine that this runs on, or a `file:` URL. */
export type LocalPath = string | URL

/** The same within the library: a name that is no UTF-8 keeps its bytes. */
export type LocalName = LocalPath | Uint8Array

/** What the local file system knows. Times are seconds since 1970, whole ones as in SFTP; `mode` has no type, and is 0 where there are no modes. */
export interface LocalStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly size: number
  readonly mode: number
  readonly atime: number
  readonly mtime: number
}

/** An entry of a local directory; links are not followed. */
export interface LocalEntry {
  /** Bytes where it is no UTF-8. */
  readonly name: string | Uint8Array
  readonly kind: LocalStat['kind']
}

/** What is to be set of a file or directory; what is missing stays. */
export interface LocalAttributes {
  readonly mode?: number | undefined
  /** Access and modification, in seconds since 1970. */
  readonly times?: readonly [atime: number, mtime: number] | undefined
}

/** An open local file. */
export interface LocalFile {
  /** When it was opened. */
  readonly stat: LocalStat
  /** How it is now. */
  look(): LocalStat
  /** Up to `length` bytes from `position` on; none at the end. @param memory from an earlier read, to be used again if it is large enough. */
  read(length: number, position: number, memory?: Uint8Array): Promise<Uint8Array>
  /** Writes all parts of `data`, one behind the other. */
  write(data: readonly Uint8Array[], position: number): Promise<void>
  truncate(size: number): Promise<void>
  /** Has the system write it to the disk. */
  sync(): Promise<void>
  set(attributes: LocalAttributes): Promise<void>
  close(): Promise<void>
}

/** All of a small file. */
export interface SmallFile {
  readonly stat: LocalStat
  readonly bytes: Uint8Array
}

/** `read` an existing file, `replace` it, `go-on` with what is there already, or make a `new` one, which must not exist. */
export type LocalOpenMode = 'read' | 'replace' | 'go-on' | 'new'

/** The file system of the machine that this runs on. */
export interface LocalFiles {
  /** @param mode of a new file; the system takes away what the user's umask says. */
  open(path: LocalName, how: LocalOpenMode, mode?: number): Promise<LocalFile>
  /**
   * Reads a regular file of no more than `most` bytes at once, without a thread for each step, which costs several times what reading does.
   * @returns `undefined` for anything else: to be read bit by bit, as a file of no bytes or one that ends before its size. @throws as `open`.
   */
  readSmall(path: LocalName, most: number): SmallFile | undefined
  list(path: LocalName): Promise<LocalEntry[]>
  /** Of what the path leads to, or of a link itself; `undefined` if there is nothing. */
  look(path: LocalName, follow: boolean): Promise<LocalStat | undefined>
  /** With the directories above it; one that exists is no error. @param mode of this one, if it is new. @returns whether it is. */
  makeDirectory(path: LocalName, mode?: number): Promise<boolean>
  set(path: LocalName, attributes: LocalAttributes): Promise<void>
  rename(source: LocalName, target: LocalName): Promise<void>
  /** One that does not exist is no error. */
  remove(path: LocalName): Promise<void>
  /** What is written in a symbolic link. */
  readLink(path: LocalName): Promise<string | Uint8Array>
  makeLink(target: string | Uint8Array, path: LocalName): Promise<void>
  /** With all links resolved. */
  realPath(path: LocalName): Promise<string>
  join(folder: LocalName, name: string | Uint8Array): string | Uint8Array
  /** The path of a sibling of that file. */
  beside(path: LocalName, rename: (name: string) => string): string | Uint8Array
  /** A name from a server that would lead out of the folder, or that this system cannot have. */
  isForeign(name: string | Uint8Array): boolean
  /** For messages. */
  text(path: LocalName): string
}

/** The file system, as `#local-files` gives it. In a runtime without files each call fails with SSHError `ERR_NO_LOCAL_FILES`. */
export declare const localFiles: LocalFiles
