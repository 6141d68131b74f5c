import { SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import type { Bytes, SftpHandlePointer } from '../../ffi/exports.ts'
import { Handle } from '../../ffi/handle.ts'
import type { HeapScope } from '../../ffi/heap.ts'
import type { Libssh2Module } from '../../ffi/create-module.ts'
import { bytes, wholeNumber } from '../arguments.ts'
import type { Again } from '../session-context.ts'
import { ATTRIBUTES_SIZE, readAttributes, readStatvfs, type SftpAttributes, type SftpStatvfs, STATVFS_SIZE, writeAttributes } from './attributes.ts'
import type { SftpContext, SftpPath } from './context.ts'
import type { Sftp } from './sftp.ts'

/** One entry of a directory. */
export interface SftpDirectoryEntry {
  /** Decoded as UTF-8; `filenameBytes` are the bytes themselves, for names that are none. */
  readonly filename: string
  readonly filenameBytes: Uint8Array
  /** A line as `ls -l` prints it, made by the server; empty if it sent none. */
  readonly longentry: string
  readonly attributes: SftpAttributes
}

/** Longest file name and `ls -l` line. */
const NAME_MAX = 4096
/** libssh2 reads and writes ahead of one call no further than this. */
const LARGEST = 4 << 20
const NOTHING = new Uint8Array(0)

/** A copy in the heap of what is being written. */
interface Staged {
  readonly data: Uint8Array
  readonly scope: HeapScope
  readonly pointer: Bytes
  /** Bytes that the server has acknowledged. */
  written: number
}

/** An open file or directory. Non-blocking; one call at a time with the others of its SFTP object (law 6). */
export class SftpHandle implements Disposable {
  /** The SFTP object that this handle belongs to. */
  readonly sftp: Sftp
  readonly #context: SftpContext
  readonly #handle: Handle<SftpHandlePointer>
  readonly #path: SftpPath
  /** The copy of a write that C has begun to send and reads again when it is repeated. */
  #writing: Staged | undefined

  /** For the bindings: `sftp.open()` and `sftp.opendir()` make one. */
  constructor(sftp: Sftp, context: SftpContext, pointer: SftpHandlePointer, path: SftpPath) {
    this.sftp = sftp
    this.#context = context
    this.#handle = new Handle('SFTP handle', pointer, context.handle)
    this.#path = path
  }

  #key(call: string): string {
    return `${this.#handle.pointer}:${call}`
  }

  #call(call: string, run: (c: Libssh2Module, handle: SftpHandlePointer, scope: HeapScope) => number): number {
    const { pointer } = this.#handle
    return this.#context.code(this.#key(call), this.#path, (c, _, scope) => run(c, pointer, scope))
  }

  #plain<T>(run: (c: Libssh2Module, handle: SftpHandlePointer) => T): T {
    const { pointer } = this.#handle
    return this.#context.session.plain((c) => run(c, pointer))
  }

  /**
   * Reads from the position on, which moves. libssh2 reads ahead of a large `size`: 256 KiB to 1 MiB is fast.
   * @returns `[count, bytes]`; `[0, empty]` at the end of the file; `[-37, empty]` if it would block. libssh2_sftp_read.
   */
  read(size = 32768): [rc: number, data: Uint8Array] {
    const length = Math.min(wholeNumber(size, 'size', 1), LARGEST)
    let data: Uint8Array = NOTHING
    const rc = this.#call('read', (c, handle) => {
      const { heap } = this.#context.session
      const buffer = heap.scratch(length)
      const count = c._libssh2_sftp_read(handle, buffer, length)
      if (count > 0) data = heap.copy(buffer, count)
      return count
    })
    return [rc, data]
  }

  /**
   * Writes all of `data`, up to 4 MiB of it, at the position, which moves. After EAGAIN repeat it with the same bytes: the server may have part of them
   * already. Other writes of this handle say EAGAIN until that is done: libssh2 would take them for the rest of this one.
   * @returns `[rc, bytesWritten]`, what the server has acknowledged. @throws SftpError; `error.bytesWritten` tells what went before. libssh2_sftp_write.
   */
  write(data: Uint8Array): [rc: number, bytesWritten: number] {
    bytes(data, 'data')
    if (data.length === 0) return [0, 0]
    if (!this.#continues(data)) {
      if (this.#context.midway(this.#key('write'))) return [LIBSSH2_ERROR_EAGAIN, 0]
      this.#stage(data)
    }
    const writing = this.#writing as Staged
    const length = Math.min(data.length, LARGEST)
    try {
      while (writing.written < length) {
        const rc = this.#call('write', (c, handle) => c._libssh2_sftp_write(handle, (writing.pointer + writing.written) as Bytes, length - writing.written))
        if (rc === LIBSSH2_ERROR_EAGAIN) return [rc, 0]
        writing.written += rc
      }
    } catch (error) {
      if (error instanceof SSHError) error.bytesWritten = writing.written
      this.#unstage()
      throw error
    }
    this.#unstage()
    return [length, length]
  }

  /** True if `data` is what is being written: the same array, or equal bytes, as callers make them anew for each try. */
  #continues(data: Uint8Array): boolean {
    const writing = this.#writing?.data
    return writing === data || (writing?.length === data.length && writing.every((byte, i) => byte === data[i]))
  }

  #stage(data: Uint8Array): Staged {
    this.#unstage()
    const scope = this.#context.session.heap.scope()
    this.#writing = { data, scope, pointer: scope.bytes(data.subarray(0, LARGEST)).pointer, written: 0 }
    return this.#writing
  }

  #unstage(): void {
    this.#writing?.scope[Symbol.dispose]()
    this.#writing = undefined
  }

  /** The next entry of a directory. @returns it; `null` after the last one; or EAGAIN. libssh2_sftp_readdir_ex. */
  readdir(): SftpDirectoryEntry | null | Again {
    let entry: SftpDirectoryEntry | null = null
    const rc = this.#call('readdir', (c, handle, scope) => {
      const { heap } = this.#context.session
      const [name, line] = [scope.out(NAME_MAX), scope.out(NAME_MAX)]
      const out = scope.out(ATTRIBUTES_SIZE)
      const length = c._libssh2_sftp_readdir_ex(handle, name, NAME_MAX, line, NAME_MAX, out)
      if (length > 0) {
        const filenameBytes = heap.copy(name, length)
        entry = { filename: heap.text(name, length), filenameBytes, longentry: heap.string(line) ?? '', attributes: readAttributes(heap, out) }
      }
      return length
    })
    return rc === LIBSSH2_ERROR_EAGAIN ? rc : entry
  }

  /** Attributes of the open file. @returns them, or EAGAIN. libssh2_sftp_fstat. */
  fstat(): SftpAttributes | Again {
    let attributes: SftpAttributes = {}
    const rc = this.#call('fstat', (c, handle, scope) => {
      const out = scope.out(ATTRIBUTES_SIZE)
      const code = c._libssh2_sftp_fstat_ex(handle, out, 0)
      if (code === 0) attributes = readAttributes(this.#context.session.heap, out)
      return code
    })
    return rc === LIBSSH2_ERROR_EAGAIN ? rc : attributes
  }

  /** Sets the attributes that are given. @returns 0, or EAGAIN. libssh2_sftp_fsetstat. */
  fsetstat(attributes: SftpAttributes): number {
    return this.#call(`fsetstat:${JSON.stringify(attributes)}`, (c, handle, scope) => {
      const set = scope.out(ATTRIBUTES_SIZE)
      writeAttributes(this.#context.session.heap, set, attributes)
      return c._libssh2_sftp_fstat_ex(handle, set, 1)
    })
  }

  /** Figures of the file system that the file is on. @returns them, or EAGAIN. libssh2_sftp_fstatvfs. */
  fstatvfs(): SftpStatvfs | Again {
    let figures: SftpStatvfs | undefined
    const rc = this.#call('fstatvfs', (c, handle, scope) => {
      const out = scope.out(STATVFS_SIZE)
      const code = c._libssh2_sftp_fstatvfs(handle, out)
      if (code === 0) figures = readStatvfs(this.#context.session.heap, out)
      return code
    })
    return rc === LIBSSH2_ERROR_EAGAIN ? rc : figures as SftpStatvfs
  }

  /** Has the server write the file to its disk (`fsync@openssh.com`). @returns 0, or EAGAIN. libssh2_sftp_fsync. */
  fsync(): number {
    return this.#call('fsync', (c, handle) => c._libssh2_sftp_fsync(handle))
  }

  /** Sets the position, in bytes, exact up to 2^53. What was read ahead is dropped. libssh2_sftp_seek64. */
  seek64(offset: number | bigint): void {
    const position = BigInt(wholeNumber(Number(offset), 'offset', 0, Number.MAX_SAFE_INTEGER))
    this.#plain((c, handle) => c._libssh2_sftp_seek64(handle, position))
  }

  /** As `seek64`: libssh2's own is cut to 32 bits, this is not. libssh2_sftp_seek. */
  seek(offset: number | bigint): void {
    this.seek64(offset)
  }

  /** Back to the beginning. libssh2_sftp_rewind. */
  rewind(): void {
    this.seek64(0)
  }

  /** The position in bytes, exact up to 2^53. libssh2_sftp_tell64. */
  tell64(): number {
    return Number(BigInt.asUintN(64, this.#plain((c, handle) => c._libssh2_sftp_tell64(handle))))
  }

  /** As `tell64`: libssh2's own is cut to 32 bits, this is not. libssh2_sftp_tell. */
  tell(): number {
    return this.tell64()
  }

  /** Closes the file or directory. @returns 0, or EAGAIN: then repeat it. Idempotent. libssh2_sftp_close_handle. */
  close(): Again | 0 {
    if (this.#handle.freed) return 0
    if (!this.sftp.session.failure) {
      const rc = this.#call('close', (c, handle) => c._libssh2_sftp_close_handle(handle))
      if (rc === LIBSSH2_ERROR_EAGAIN) return rc
    }
    this.#unstage()
    this.#handle.drop()
    return 0
  }

  /** Closes, in the background where the server has to be waited for. */
  [Symbol.dispose](): void {
    if (!this.#handle.freed) this.#context.session.driver.run(() => this.close()).catch(() => {})
  }
}
