import type { Step } from '../../core/lane.ts'
import { badRepetition } from '../bad-repetition.ts'
import { libssh2Error } from '../../errors/libssh2-error.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_BAD_USE, LIBSSH2_ERROR_EAGAIN, LIBSSH2_ERROR_SFTP_PROTOCOL } from '../../ffi/constants.gen.ts'
import type { Bytes, SftpHandlePointer } from '../../ffi/exports.gen.ts'
import { Handle } from '../../ffi/handle.ts'
import type { HeapScope } from '../../ffi/heap.ts'
import { LIBSSH2_SFTP_ATTRIBUTES, LIBSSH2_SFTP_STATVFS } from '../../ffi/layouts.gen.ts'
import type { WasmExports } from '../../ffi/exports.gen.ts'
import { type SendableData } from '../../wire-format/bytes-of.ts'
import { equalBytes } from '../../wire-format/bytes.ts'
import { data as checkedData, wholeBigint, wholeNumber } from '../arguments.ts'
import type { Again } from '../session-context.ts'
import { checkedAttributes, readAttributes, readStatvfs, type SftpAttributes, type SftpStatvfs, writeAttributes } from './attributes.ts'
import type { SftpCall, SftpContext, SftpPath } from './context.ts'
import type { Sftp } from './sftp.ts'

/** One entry of a directory. */
export interface SftpDirectoryEntry {
  /** Decoded as UTF-8; `filenameBytes` has the bytes, for names that are not UTF-8. */
  readonly filename: string
  readonly filenameBytes: Uint8Array
  /** A line like those of `ls -l`, made by the server; empty if it sent none. */
  readonly longentry: string
  readonly attributes: SftpAttributes
}

/** Longest file name and `ls -l` line. */
const NAME_MAX = 4096
/** The most that libssh2 reads or writes ahead in one call. */
const LARGEST = 4 << 20
/** More parts of packets than ever go out in a row without a wait between: each takes a part of the window. */
const MOST_PARTS = 1000
const NOTHING = new Uint8Array(0)

/** A copy in the heap of what is being written. */
interface Staged {
  readonly step: Step
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
  readonly #isDirectory: boolean
  /** The copy of a write that C has begun to send and reads again when the write is repeated. */
  #writing: Staged | undefined

  /** For the bindings: `sftp.open()` and `sftp.opendir()` make one. */
  constructor(sftp: Sftp, context: SftpContext, pointer: SftpHandlePointer, path: SftpPath, isDirectory: boolean) {
    this.sftp = sftp
    this.#isDirectory = isDirectory
    this.#context = context
    this.#handle = new Handle('SFTP handle', pointer, context.handle)
    this.#path = path
  }

  #call(name: string, run: (c: WasmExports, handle: SftpHandlePointer) => number, takes = false): number {
    return this.#perform({ call: [this, name], takes }, () => run)
  }

  #perform(call: SftpCall, prepare: (scope: HeapScope) => (c: WasmExports, handle: SftpHandlePointer) => number): number
  #perform<T>(call: SftpCall, prepare: (scope: HeapScope) => (c: WasmExports, handle: SftpHandlePointer) => number, read: (rc: number) => T): T | Again
  #perform<T>(call: SftpCall, prepare: (scope: HeapScope) => (c: WasmExports, handle: SftpHandlePointer) => number, read?: (rc: number) => T): T | number {
    return this.#context.perform(call, this.#path, (scope) => {
      const { pointer } = this.#handle
      const run = prepare(scope)
      return (c) => run(c, pointer)
    }, read as (rc: number) => T)
  }

  /** C keeps different data of files and directories in the same memory, and does not check which of them a handle is. */
  #need(what: 'file' | 'directory'): void {
    const is = this.#isDirectory ? 'directory' : 'file'
    if (is !== what) throw libssh2Error(LIBSSH2_ERROR_BAD_USE, `this handle is of a ${is}, and the call is for a ${what}`)
  }

  #plain<T>(run: (c: WasmExports, handle: SftpHandlePointer) => T): T {
    const { pointer } = this.#handle
    return this.#context.session.plain((c) => run(c, pointer))
  }

  /**
   * Reads from the position, which moves. libssh2 reads ahead for a large `size`: 256 KiB to 1 MiB is fast.
   * @returns `[count, bytes]`; `[0, empty]` at the end of the file; `[-37, empty]` if it would block. libssh2_sftp_read.
   */
  read(size = 32768): [rc: number, data: Uint8Array] {
    const length = Math.min(wholeNumber(size, 'size', 1), LARGEST)
    this.#need('file')
    const { heap } = this.#context.session
    const buffer = heap.scratch(length)
    const rc = this.#call('read', (c, handle) => c.libssh2_sftp_read(handle, buffer, length), true)
    return [rc, rc > 0 ? heap.copy(buffer, rc) : NOTHING]
  }

  /**
   * Writes all of `data`, up to 4 MiB of it, at the position, which moves. After EAGAIN repeat it with the same bytes: the server may already have
   * part of them. Until the write is done, other writes of this handle return EAGAIN: libssh2 would take them for the rest of this one.
   * @returns `[rc, bytesWritten]`, what the server has acknowledged. @throws SftpError; `error.bytesWritten` says how much was written before.
   * libssh2_sftp_write.
   */
  write(data: SendableData): [rc: number, bytesWritten: number] {
    const content = checkedData(data, 'data')
    this.#need('file')
    if (content.length === 0) return [0, 0]
    const { current } = this.#context.session.driver
    const call = [this, 'write', content]
    const left = current && this.#context.leaves(current, call)
    if (left?.midway || (left && this.#writing?.step === left)) throw badRepetition('a write that said EAGAIN must be repeated with the same bytes', this.#writing?.written ?? 0)
    const step = this.#context.step(current ? call : [this, 'write'])
    if (step.outcome) return step.recall()
    return this.#writeOn(step, content)
  }

  #writeOn(step: Step, content: Uint8Array): [rc: number, bytesWritten: number] {
    // Another write is in progress, or C is in the middle of something else.
    if (!this.#context.admits(step) || (step.midway && !this.#continues(step, content))) return [this.#context.session.pending({ name: [this, 'write', content] }), 0]
    const writing = this.#continues(step, content) ? this.#writing as Staged : this.#stage(step, content)
    const length = Math.min(content.length, LARGEST)
    let partial = 0
    try {
      while (writing.written < length) {
        const rc = this.#perform({ call: step.call, step, isPart: true }, () => (c, handle) => c.libssh2_sftp_write(handle, (writing.pointer + writing.written) as Bytes, length - writing.written))
        if (rc === LIBSSH2_ERROR_EAGAIN) {
          step.resume = () => this.#writeOn(step, content)
          return [rc, 0]
        }
        // Only a part of a packet fitted into the channel's window (Dropbear's is smaller than a packet), so there is nothing to acknowledge yet.
        if (rc === 0 && ++partial > MOST_PARTS) throw libssh2Error(LIBSSH2_ERROR_SFTP_PROTOCOL, 'the server acknowledged no part of a write')
        writing.written += rc
      }
    } catch (error) {
      if (error instanceof SSHError) error.bytesWritten = writing.written
      this.#unstage()
      throw error
    }
    this.#unstage()
    step.outcome = { value: [length, length] }
    return [length, length]
  }

  /** True if `content` is what is being written: callers create it anew for each attempt. */
  #continues(step: Step, content: Uint8Array): boolean {
    const writing = this.#writing
    return writing?.step === step && (writing.data === content || equalBytes(writing.data, content))
  }

  #stage(step: Step, data: Uint8Array): Staged {
    this.#unstage()
    const scope = this.#context.session.heap.scope()
    this.#writing = { step, data, scope, pointer: scope.bytes(data.subarray(0, LARGEST)).pointer, written: 0 }
    return this.#writing
  }

  #unstage(): void {
    this.#writing?.scope[Symbol.dispose]()
    this.#writing = undefined
  }

  /** The next entry of a directory. @returns it; `null` after the last one; or EAGAIN. libssh2_sftp_readdir_ex. */
  readdir(): SftpDirectoryEntry | null | Again {
    this.#need('directory')
    const { heap } = this.#context.session
    let [name, line, out] = [0 as Bytes, 0 as Bytes, 0 as Bytes]
    return this.#perform({ call: [this, 'readdir'], takes: true }, (scope) => {
      [name, line, out] = [scope.out(NAME_MAX), scope.out(NAME_MAX), scope.out(LIBSSH2_SFTP_ATTRIBUTES.sizeof)]
      return (c, handle) => c.libssh2_sftp_readdir_ex(handle, name, NAME_MAX, line, NAME_MAX, out)
    }, (length) => length === 0 ? null : {
      filename: heap.text(name, length),
      filenameBytes: heap.copy(name, length),
      longentry: heap.string(line) ?? '',
      attributes: readAttributes(heap, out),
    })
  }

  /** Attributes of the open file. @returns them, or EAGAIN. libssh2_sftp_fstat. */
  fstat(): SftpAttributes | Again {
    let out = 0 as Bytes
    return this.#perform({ call: [this, 'fstat'] }, (scope) => {
      out = scope.out(LIBSSH2_SFTP_ATTRIBUTES.sizeof)
      return (c, handle) => c.libssh2_sftp_fstat_ex(handle, out, 0)
    }, () => readAttributes(this.#context.session.heap, out))
  }

  /** Sets the given attributes. @returns 0, or EAGAIN. libssh2_sftp_fsetstat. */
  fsetstat(attributes: SftpAttributes): number {
    const checked = checkedAttributes(attributes)
    return this.#perform({ call: [this, 'fsetstat', ...Object.values(checked)] }, (scope) => {
      const set = scope.out(LIBSSH2_SFTP_ATTRIBUTES.sizeof)
      writeAttributes(this.#context.session.heap, set, checked)
      return (c, handle) => c.libssh2_sftp_fstat_ex(handle, set, 1)
    })
  }

  /** Statistics of the file system that the file is on. @returns them, or EAGAIN. libssh2_sftp_fstatvfs. */
  fstatvfs(): SftpStatvfs | Again {
    let out = 0 as Bytes
    return this.#perform({ call: [this, 'fstatvfs'] }, (scope) => {
      out = scope.out(LIBSSH2_SFTP_STATVFS.sizeof)
      return (c, handle) => c.libssh2_sftp_fstatvfs(handle, out)
    }, () => readStatvfs(this.#context.session.heap, out))
  }

  /** Asks the server to write the file to its disk (`fsync@openssh.com`). @returns 0, or EAGAIN. libssh2_sftp_fsync. */
  fsync(): number {
    return this.#call('fsync', (c, handle) => c.libssh2_sftp_fsync(handle))
  }

  /** Sets the position in bytes, exact up to 2^53, and drops data that was read ahead. libssh2_sftp_seek64. */
  seek64(offset: number | bigint): void {
    const position = wholeBigint(offset, 'offset')
    this.#need('file')
    this.#plain((c, handle) => c.libssh2_sftp_seek64(handle, position))
  }

  /** Like `seek64`: unlike libssh2's own, it is not cut to 32 bits. libssh2_sftp_seek. */
  seek(offset: number | bigint): void {
    this.seek64(offset)
  }

  /** Moves the position to the beginning. libssh2_sftp_rewind. */
  rewind(): void {
    this.seek64(0)
  }

  /** The position in bytes, exact up to 2^53. libssh2_sftp_tell64. */
  tell64(): number {
    this.#need('file')
    return Number(BigInt.asUintN(64, this.#plain((c, handle) => c.libssh2_sftp_tell64(handle))))
  }

  /** Like `tell64`: unlike libssh2's own, it is not cut to 32 bits. libssh2_sftp_tell. */
  tell(): number {
    return this.tell64()
  }

  /** Closes the file or directory. @returns 0, or EAGAIN: then repeat it. Idempotent. libssh2_sftp_close_handle. */
  close(): Again | 0 {
    if (this.#handle.freed) return 0
    if (!this.#context.session.failure) {
      const rc = this.#call('close', (c, handle) => c.libssh2_sftp_close_handle(handle))
      if (rc === LIBSSH2_ERROR_EAGAIN) return rc
    }
    this.#unstage()
    this.#handle.drop()
    return 0
  }

  /** Closes, in the background if the server has to answer. */
  [Symbol.dispose](): void {
    if (!this.#handle.freed) this.#context.session.driver.run(() => this.close()).catch(() => {})
  }
}
