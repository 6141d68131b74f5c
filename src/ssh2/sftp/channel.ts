import { EventEmitter } from 'node:events'
import type { Exit } from '../../bindings/channel/channel.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import { LIBSSH2_FX_CONNECTION_LOST } from '../../ffi/constants.gen.ts'
import { wordsOf } from '../../sftp/protocol/asked.ts'
import type { RemoteHandle, SftpRequests } from '../../sftp/protocol/requests.ts'
import type { SftpShared } from '../../sftp/transfer/shared.ts'
import { clientError, noResponse } from '../client/errors.ts'
import type { Link } from '../client/link.ts'
import { tell } from '../tell.ts'
import { STATUS_WORDS } from './protocol.ts'

/** The parts of an SFTP channel that streams and transfers need; not for callers. */
export const FILES = Symbol('files')

/** A callback that receives the results, or the error. */
export type Answer<R extends unknown[]> = (error: Error | undefined, ...results: R) => void

/** Passes the library's requests to callbacks, and manages their channel. */
export class SftpChannel extends EventEmitter {
  /** What kind of channel it is. */
  readonly type = 'session'
  readonly subtype = 'subsystem'
  readonly server = false
  readonly [FILES]: SftpShared
  readonly #link: Link
  #over = false
  #left = false

  protected constructor(link: Link, files: SftpShared) {
    super()
    this.#link = link
    this[FILES] = files
  }

  /** Extensions that the server offers, with their versions. @internal */
  get _extensions(): Record<string, string> {
    return Object.fromEntries(this.#requests.connection.extensions)
  }

  get #requests(): SftpRequests {
    return this[FILES].requests
  }

  /** The error that ended it. @internal */
  get failure(): unknown {
    return this.#requests.connection.failure
  }

  /** The caller has ended it, or its connection. @internal */
  get left(): boolean {
    return this.#left || this.#link.left
  }

  /** Closes the channel; pending calls get `No response from server`. */
  end(): void {
    this.destroy()
  }

  /** The same. */
  destroy(): void {
    this.#left = true
    void this.#requests.connection.close()
  }

  /** Passes the result of a request to `callback`, in a separate turn: nothing here could catch an error of it. @internal */
  answer<T>(callback: unknown, asked: Promise<T>, results: (value: T) => readonly unknown[] = (value) => [value]): void {
    asked.then(
      (value) => {
        if (typeof callback !== 'function') return
        const given = results(value)
        // As in `ssh2`: without a result there is no argument at all.
        if (given.length === 0) tell(callback as () => void)
        else tell(callback as (...args: unknown[]) => void, undefined, ...given)
      },
      (error: unknown) => this.refuse(error, (refusal) => { if (typeof callback === 'function') callback(refusal) }),
    )
  }

  /** Reports why something failed; if the connection has gone, after its `close`. @internal */
  refuse(error: unknown, told: (error: Error) => void): void {
    const tellIt = () => told(this.#explained(error))
    if (this.#link.failure !== undefined && error === this.failure) this.#link.whenClosed(tellIt)
    else tell(tellIt)
  }

  #explained(error: unknown): Error {
    if (error === this.failure) return noResponse()
    const words = wordsOf(error)
    if (!(error instanceof SftpError)) return error instanceof Error ? error : new Error(String(error))
    // The library's own judgement of an answer has a number too.
    if (words === undefined) return clientError(withoutNumber(error), { code: error.status }, error)
    return clientError(words || STATUS_WORDS[error.status] || 'Unknown status', { code: error.status }, error)
  }

  /** The channel is over, whichever side ended it. @internal */
  ended(failure: unknown, exit: Exit | undefined): void {
    if (this.#over) return
    this.#over = true
    const tellAll = () => {
      if (failure instanceof SftpError && failure.status !== LIBSSH2_FX_CONNECTION_LOST) this.emit('error', clientError(withoutNumber(failure), { level: 'sftp-protocol' }, failure))
      const how = exitArguments(exit)
      if (how.length > 0) this.emit('exit', ...how)
      this.emit('end')
      this.emit('close', ...how)
    }
    if (this.#link.failure !== undefined) this.#link.whenClosed(tellAll)
    else tell(tellAll)
  }
}

/** `(code)`, or `(null, 'SIGTERM', coreDumped, description)`; empty if the server has reported neither. */
export function exitArguments(exit: Exit | undefined): readonly unknown[] {
  if (!exit) return []
  if (exit.signal !== null) return [null, `SIG${exit.signal}`, exit.coreDumped, exit.message]
  return exit.code === null ? [] : [exit.code]
}

/** The text of a protocol error alone: `SSH_FX_BAD_MESSAGE (…)` is this library's form. */
export function withoutNumber({ message }: Error): string {
  return /^SSH_FX\w+ \(([^]*)\)$/.exec(message)?.[1] ?? message
}

/** A server's handle in the caller's form. */
export function toBuffer({ id }: RemoteHandle): Buffer {
  return Buffer.from(id.buffer, id.byteOffset, id.length)
}

/** A caller's handle. @throws Error `handle is not a Buffer` */
export function toHandle(handle: unknown, name = 'handle'): RemoteHandle {
  if (!Buffer.isBuffer(handle)) throw new Error(`${name} is not a Buffer`)
  return { id: handle, path: '' }
}

/** @throws TypeError for a value that is not a path */
export function toPath(path: unknown): string {
  if (typeof path !== 'string') throw new TypeError('a path must be a string')
  return path
}
