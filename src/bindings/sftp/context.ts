import { Lane, type Step } from '../../core/lane.ts'
import type { Operation } from '../../core/operation.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { SftpError, SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_SFTP_PROTOCOL } from '../../ffi/constants.gen.ts'
import type { Pointer, SftpPointer } from '../../ffi/exports.gen.ts'
import { Handle } from '../../ffi/handle.ts'
import type { Encoded, HeapScope } from '../../ffi/heap.ts'
import type { WasmExports } from '../../ffi/exports.gen.ts'
import { copyBytes } from '../../wire-format/bytes.ts'
import { bytes, text } from '../arguments.ts'
import type { Again, Prepare, SessionContext, Way } from '../session-context.ts'

/** A path or file name: text is sent as UTF-8, bytes unchanged. */
export type SftpPath = string | Uint8Array

/** Checks the arguments of an SFTP call and puts them into the call's own memory. */
export type PrepareSftp<R> = (scope: HeapScope) => (c: WasmExports, sftp: SftpPointer) => R

/** The function and its arguments, and how the call is made if that differs from others. */
export type SftpCall = Pick<Way, 'step' | 'takes' | 'isPart'> & { readonly call: readonly unknown[] }

/** The way into C of one SFTP object and its handles: one call in flight (law 6), refusals as `SftpError`. */
export class SftpContext {
  readonly session: SessionContext
  readonly handle: Handle<SftpPointer>
  readonly #lane = new Lane()

  constructor(context: SessionContext, pointer: SftpPointer) {
    this.session = context
    this.handle = new Handle('SFTP object', pointer, context.handle)
  }

  /** The SFTP object has been freed. */
  drop(): void {
    this.handle.drop()
    this.session.driver.gone(this.#lane)
  }

  get pointer(): SftpPointer {
    return this.handle.pointer
  }

  /** Calls C for a code. @param call the function and its arguments. @param about the path that a refusal names. */
  perform(call: SftpCall, about: SftpPath | undefined, prepare: PrepareSftp<number>): number
  perform<T>(call: SftpCall, about: SftpPath | undefined, prepare: PrepareSftp<number>, read: (rc: number) => T): T | Again
  perform<T>(call: SftpCall, about: SftpPath | undefined, prepare: PrepareSftp<number>, read?: (rc: number) => T): T | number {
    return this.#told(about, () => this.session.perform(this.#way(call), this.#prepared(prepare), read as (rc: number) => T))
  }

  /** Like `perform`, for a pointer. */
  performForPointer<P extends Pointer, T>(call: SftpCall, about: SftpPath, prepare: PrepareSftp<P>, read: (pointer: P) => T): T | Again {
    return this.#told(about, () => this.session.performForPointer(this.#way(call), this.#prepared(prepare), read))
  }

  /** The step of a call, for those that keep something from attempt to attempt. */
  step(call: readonly unknown[]): Step {
    return this.session.step(this.#lane, call)
  }

  /** The call of the same kind that the operation made in its last attempt and does not repeat. */
  leaves(operation: Operation, call: readonly unknown[]): Step | undefined {
    return operation.leaves(this.#lane, call)
  }

  /** True if C may be called for `step` now. */
  admits(step: Step): boolean {
    return this.#lane.admits(step)
  }

  #way({ call, ...way }: SftpCall): Way {
    return { lane: this.#lane, call, ...way }
  }

  #prepared<R>(prepare: PrepareSftp<R>): Prepare<R> {
    return (scope) => {
      const { pointer } = this
      const run = prepare(scope)
      return (c) => run(c, pointer)
    }
  }

  #told<T>(about: SftpPath | undefined, call: () => T): T {
    try {
      return call()
    } catch (error) {
      if (!(error instanceof SSHError) || error.errno !== LIBSSH2_ERROR_SFTP_PROTOCOL || this.handle.freed) throw error
      throw this.#refusal(error, about)
    }
  }

  #refusal(error: SSHError, about: SftpPath | undefined): SSHError {
    const status = this.session.plain((c) => c.libssh2_sftp_last_error(this.handle.pointer))
    if (status === 0) return new SftpError(error.message, { code: error.code, errno: error.errno, status, path: pathText(about), cause: error })
    return sftpRefusal(status, pathText(about), { errno: error.errno, cause: error })
  }
}

/** A path as text, for errors. */
export function pathText(path: SftpPath | undefined): string | undefined {
  return path instanceof Uint8Array ? new TextDecoder().decode(path) : path
}

/** Puts a path into C's memory. @throws for a NUL, which C would take for the end. */
export function encodePath(scope: HeapScope, path: SftpPath, name: string): Encoded {
  if (!ArrayBuffer.isView(path)) return scope.utf8(path, name)
  const encoded = bytes(path, name)
  if (encoded.includes(0)) throw new TypeError(`${name} must not contain a NUL byte`)
  return scope.bytes(encoded)
}

/** A path that does not change while a call is repeated with it. */
export function keptPath(path: SftpPath, name: string): SftpPath {
  return ArrayBuffer.isView(path) ? copyBytes(bytes(path, name)) : text(path, name)
}
