import { writeAttributes } from '../../sftp/protocol/attributes.ts'
import { checkedPath, type SftpRequests } from '../../sftp/protocol/requests.ts'
import { readStatvfs } from '../../sftp/protocol/statvfs.ts'
import type { SftpStatvfs } from '../../bindings/sftp/attributes.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { type InputAttributes, toAttributes } from './attributes.ts'
import { SftpCalls } from './calls.ts'
import { type Answer, FILES, toHandle, toPath } from './channel.ts'

/** Statistics of a file system, exact up to 2^53. */
export interface FileSystemInfo {
  f_bsize: number
  f_frsize: number
  f_blocks: number
  f_bfree: number
  f_bavail: number
  f_files: number
  f_ffree: number
  f_favail: number
  /** An identifier; values above 2^53 are rounded. */
  f_sid: number
  f_flag: number
  f_namemax: number
}

/** Requests that a server may offer beyond those of version 3. Each throws `Server does not support this extended request` if the server does not offer it. */
export class SftpExtensions extends SftpCalls {
  get #requests(): SftpRequests {
    return this[FILES].requests
  }

  #demand(name: string, version = '1'): string {
    if (this.#requests.connection.extensions.get(name) !== version) throw new Error('Server does not support this extended request')
    return name
  }

  #done(callback: unknown, name: string, body: (writer: WireWriter) => void): void {
    this.answer(callback, this.#requests.extended(name, '', body), () => [])
  }

  /** Renames, and atomically replaces the target (`posix-rename@openssh.com`). */
  ext_openssh_rename(source: string, target: string, callback?: Answer<[]>): void {
    const name = this.#demand('posix-rename@openssh.com')
    const [from, to] = [toPath(source), toPath(target)]
    this.#done(callback, name, (writer) => writer.string(checkedPath(from)).string(checkedPath(to)))
  }

  /** Statistics of the file system that `path` is on (`statvfs@openssh.com`). */
  ext_openssh_statvfs(path: string, callback: Answer<[info: FileSystemInfo]>): void {
    const name = this.#demand('statvfs@openssh.com', '2')
    const about = toPath(path)
    this.answer(callback, this.#requests.extendedReply(name, about, (writer) => writer.string(checkedPath(about)), readStatvfs), (info) => [toInfo(info)])
  }

  /** Statistics of the file system that an open file is on (`fstatvfs@openssh.com`). */
  ext_openssh_fstatvfs(handle: Buffer, callback: Answer<[info: FileSystemInfo]>): void {
    const name = this.#demand('fstatvfs@openssh.com', '2')
    const { id } = toHandle(handle)
    this.answer(callback, this.#requests.extendedReply(name, '', (writer) => writer.string(id), readStatvfs), (info) => [toInfo(info)])
  }

  /** Makes `link` a hard link to the file `existing` (`hardlink@openssh.com`). */
  ext_openssh_hardlink(existing: string, link: string, callback?: Answer<[]>): void {
    const name = this.#demand('hardlink@openssh.com')
    const [from, to] = [toPath(existing), toPath(link)]
    this.#done(callback, name, (writer) => writer.string(checkedPath(from)).string(checkedPath(to)))
  }

  /** Asks the server to write an open file to its disk (`fsync@openssh.com`). */
  ext_openssh_fsync(handle: Buffer, callback?: Answer<[]>): void {
    const name = this.#demand('fsync@openssh.com')
    const { id } = toHandle(handle)
    this.#done(callback, name, (writer) => writer.string(id))
  }

  /** Like `setstat`, for a symbolic link itself (`lsetstat@openssh.com`). */
  ext_openssh_lsetstat(path: string, callback?: Answer<[]>): void
  ext_openssh_lsetstat(path: string, attributes: InputAttributes, callback?: Answer<[]>): void
  ext_openssh_lsetstat(path: string, attributes?: unknown, callback?: unknown): void {
    const name = this.#demand('lsetstat@openssh.com')
    const [about, set] = [toPath(path), toAttributes(attributes)]
    this.#done(typeof attributes === 'function' ? attributes : callback, name, (writer) => writeAttributes(writer.string(checkedPath(about)), set))
  }

  /** Like `realpath`, but expands `~` and `~user` (`expand-path@openssh.com`). */
  ext_openssh_expandPath(path: string, callback: Answer<[path: string]>): void {
    const name = this.#demand('expand-path@openssh.com')
    const about = toPath(path)
    this.answer(callback, this.#requests.extendedName(name, about, (writer) => writer.string(checkedPath(about))), (expanded) => [decodeText(expanded)])
  }

  /** Asks the server to copy bytes from one open file to another (`copy-data`). @param length 0: up to the end */
  ext_copy_data(source: Buffer, sourceOffset: number, length: number, target: Buffer, targetOffset: number, callback?: Answer<[]>): void {
    const name = this.#demand('copy-data')
    const [from, to] = [toHandle(source, 'Source handle'), toHandle(target, 'Destination handle')]
    const numbers = [sourceOffset, length, targetOffset].map(whole) as [bigint, bigint, bigint]
    this.#done(callback, name, (writer) => writer.string(from.id).uint64(numbers[0]).uint64(numbers[1]).string(to.id).uint64(numbers[2]))
  }

  /** The home directory of a user (`home-directory`). @param username `''` is the user who has logged in */
  ext_home_dir(username: string, callback: Answer<[path: string]>): void {
    const name = this.#demand('home-directory')
    if (typeof username !== 'string') throw new TypeError('username is not a string')
    this.answer(callback, this.#requests.extendedName(name, '', (writer) => writer.string(username)), (path) => [decodeText(path)])
  }

  /** Names of users and groups by number, `''` if the server knows none (`users-groups-by-id@openssh.com`). */
  ext_users_groups(uids: readonly number[], gids: readonly number[], callback: Answer<[users: string[], groups: string[]]>): void {
    const name = this.#demand('users-groups-by-id@openssh.com')
    const [users, groups] = [numbersOf(uids, 'uid'), numbersOf(gids, 'gid')]
    const asked = this.#requests.extendedReply(name, '', (writer) => writer.string(users).string(groups), (body) => [namesOf(body.string()), namesOf(body.string())])
    this.answer(callback, asked, (both) => both)
  }
}

function toInfo({ bsize, frsize, blocks, bfree, bavail, files, ffree, favail, fsid, flag, namemax }: SftpStatvfs): FileSystemInfo {
  return {
    f_bsize: bsize, f_frsize: frsize, f_blocks: blocks, f_bfree: bfree, f_bavail: bavail, f_files: files, f_ffree: ffree, f_favail: favail, f_sid: Number(fsid), f_flag: flag, f_namemax: namemax,
  }
}

function whole(value: number): bigint {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error('offsets and lengths must be whole numbers of bytes')
  return BigInt(value)
}

function numbersOf(ids: unknown, what: string): Uint8Array {
  if (!Array.isArray(ids)) throw new TypeError(`${what}s is not an array`)
  const writer = new WireWriter()
  for (const id of ids) {
    if (!Number.isInteger(id) || id < 0 || id > 0xffffffff) throw new Error(`${what} values must all be 32-bit unsigned integers`)
    writer.uint32(id)
  }
  return writer.finish()
}

function namesOf(list: Uint8Array): string[] {
  const reader = new WireReader(list)
  const names: string[] = []
  while (reader.remaining > 0) names.push(decodeText(reader.string()))
  return names
}
