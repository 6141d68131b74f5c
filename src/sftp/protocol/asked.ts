import type { AbortEntry } from '../../abort/on-abort.ts'
import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import type { SftpError } from '../../errors/ssh-error.ts'
import { LIBSSH2_FX_BAD_MESSAGE, LIBSSH2_FX_EOF, LIBSSH2_FX_OK } from '../../ffi/constants.gen.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import { FXP_STATUS } from './messages.ts'
import type { Outgoing } from './outbox.ts'

/** A reply: its type, and what follows the request id. */
export interface Reply {
  readonly type: number
  /** What follows the request id. For data (FXP_DATA), only the first of the parts in which it arrived. */
  readonly body: WireReader
  /** The whole packet in its parts, for data only. */
  readonly data?: readonly Uint8Array[] | undefined
}

/** What is expected of a request's reply. */
export interface Expected<T> {
  /** The type of the reply. */
  readonly wanted: number
  /** Makes the result. */
  readonly read: (body: WireReader, reply: Reply) => T
  /** The path that the request is about, and its operation, for errors. */
  readonly about: SftpPath
  readonly operation: string | undefined
  /** The result if the server says that there is no more. */
  readonly atEnd?: T | undefined
  /** Rejects at once with `signal.reason`. The server still answers a request that was sent; its reply goes to `discard`. */
  readonly signal?: AbortSignal | undefined
  readonly discard?: ((late: Reply) => void) | undefined
}

/** Where a request is on its way: it can be taken back before it is sent. */
export interface Way {
  /** The caller has gone. */
  aborted(asked: Asked<unknown>): void
  /** There is an answer. */
  settled(asked: Asked<unknown>): void
}

/**
 * A request whose reply is awaited. One object for all that belongs to it, and one promise: small files consist of requests, and closures for each of them would cost more
 * than their data.
 */
export class Asked<T> implements AbortEntry, Outgoing {
  readonly expected: Expected<T>
  /** Set when it is on its way. */
  id = 0
  parts: readonly Uint8Array[] = []
  way: Way | undefined
  /** The caller has gone. */
  gone = false
  /** The result, or why there is none. */
  readonly answer: Promise<T>
  #resolve!: (result: T) => void
  #reject!: (reason: unknown) => void

  constructor(expected: Expected<T>) {
    this.expected = expected
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** The reply is there. */
  settle(reply: Reply): void {
    if (this.gone) return this.expected.discard?.(reply)
    this.way?.settled(this as Asked<unknown>)
    try {
      this.#resolve(this.#read(reply))
    } catch (error) {
      this.#reject(error)
    }
  }

  /** No reply will come. */
  fail(reason: unknown): void {
    if (this.gone) return
    this.way?.settled(this as Asked<unknown>)
    this.#reject(reason)
  }

  /** The caller's signal has fired. */
  aborted(): void {
    this.gone = true
    this.way?.aborted(this as Asked<unknown>)
    this.#reject(this.expected.signal?.reason)
  }

  /** @throws SftpError for a status, unless it is OK, and for a reply of another type. */
  #read(reply: Reply): T {
    const { wanted, read } = this.expected
    if (reply.type === FXP_STATUS) {
      const status = reply.body.uint32()
      if (status !== LIBSSH2_FX_OK) return this.#refused(status, reply.body)
    }
    if (reply.type !== wanted) throw this.#refusal(LIBSSH2_FX_BAD_MESSAGE, `an answer of type ${reply.type}`)
    return read(reply.body, reply)
  }

  #refused(status: number, body: WireReader): T {
    const { atEnd } = this.expected
    // Old servers leave out the message.
    const said = body.remaining > 0 ? decodeText(body.string()) : ''
    if (atEnd !== undefined && status === LIBSSH2_FX_EOF) return atEnd
    const refusal = this.#refusal(status, said, said)
    words.set(refusal, said)
    throw refusal
  }

  #refusal(status: number, said: string, description?: string): SftpError {
    return sftpRefusal(status, pathText(this.expected.about), { operation: this.expected.operation, said, description })
  }
}

/** The servers' messages for their refusals, unchanged. */
const words = new WeakMap<object, string>()

/** The server's message for a refusal, not safe for a terminal; empty if it had none. `undefined` for an error that is not a server's reply. */
export function wordsOf(refusal: unknown): string | undefined {
  return words.get(refusal as object)
}
