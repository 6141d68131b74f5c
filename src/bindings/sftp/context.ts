import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { SftpError, SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_SFTP_PROTOCOL } from '../../ffi/constants.gen.ts'
import type { Pointer, SftpPointer } from '../../ffi/exports.ts'
import { Handle } from '../../ffi/handle.ts'
import type { Encoded, HeapScope } from '../../ffi/heap.ts'
import type { Libssh2Module } from '../../ffi/create-module.ts'
import type { Again, SessionContext } from '../session-context.ts'
import { Lane } from '../lane.ts'

/** A path or file name: text is sent as UTF-8, bytes as they are. */
export type SftpPath = string | Uint8Array

/** The way into C of one SFTP object and its handles: one call in flight (law 6), refusals as `SftpError`. */
export class SftpContext {
  readonly session: SessionContext
  readonly handle: Handle<SftpPointer>
  readonly #lane = new Lane()

  constructor(context: SessionContext, pointer: SftpPointer) {
    this.session = context
    this.handle = new Handle('SFTP object', pointer, context.handle)
  }

  get pointer(): SftpPointer {
    return this.handle.pointer
  }

  code(key: string, about: SftpPath | undefined, run: (c: Libssh2Module, sftp: SftpPointer, scope: HeapScope) => number): number {
    return this.#told(about, () => {
      const { pointer } = this.handle
      using scope = this.session.heap.scope()
      return this.session.code({ lane: this.#lane, key }, (c) => run(c, pointer, scope))
    })
  }

  open<P extends Pointer>(key: string, about: SftpPath, run: (c: Libssh2Module, sftp: SftpPointer, scope: HeapScope) => P): P | Again {
    return this.#told(about, () => {
      const { pointer } = this.handle
      using scope = this.session.heap.scope()
      return this.session.pointer({ lane: this.#lane, key }, (c) => run(c, pointer, scope))
    })
  }

  /** True while libssh2 stands in the middle of the call of this key. */
  midway(key: string): boolean {
    return this.#lane.heldBy(key)
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
    const status = this.session.plain((c) => c._libssh2_sftp_last_error(this.handle.pointer))
    if (status === 0) return new SftpError(error.message, { code: error.code, errno: error.errno, status, path: pathText(about), cause: error })
    return sftpRefusal(status, pathText(about), { errno: error.errno, cause: error })
  }
}

/** A path as text, for errors. */
export function pathText(path: SftpPath | undefined): string | undefined {
  return path instanceof Uint8Array ? new TextDecoder().decode(path) : path
}

export function encodePath(scope: HeapScope, path: SftpPath, name: string): Encoded {
  if (!(path instanceof Uint8Array)) return scope.utf8(path, name)
  if (path.includes(0)) throw new TypeError(`${name} must not contain a NUL byte`)
  return scope.bytes(path)
}
