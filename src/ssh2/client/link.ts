import type { Duplex } from 'node:stream'
import type { Session } from '../../bindings/session/session.ts'
import type { RoundTrip } from '../../client/round-trip.ts'
import type { SSHError } from '../../errors/ssh-error.ts'
import type { Callback } from '../tell.ts'
import type { Settings } from './settings.ts'

/** Receives the events of a connection: the client. */
export interface Owner {
  emit(event: string, ...details: unknown[]): boolean
  listenerCount(event: string): number
}

/** A channel from its connection's point of view. */
export interface Kept {
  /** The session ends: takes out what has arrived and nobody has read. */
  keepRest(): void
}

/** The stream below a connection. Properties that only sockets have may be missing. */
export type Sock = Duplex & {
  readonly connecting?: boolean
  setTimeout?(milliseconds: number): unknown
  setNoDelay?(on?: boolean): unknown
  ref?(): unknown
  unref?(): unknown
  /** Present on a channel of another client. */
  readonly stderr?: { resume?(): unknown }
}

/** A connection from the point of view of channels, SFTP and the login. */
export interface Link {
  readonly owner: Owner
  readonly settings: Settings
  readonly sock: Sock
  readonly roundTrip: RoundTrip
  /** Channels that are open. */
  readonly channels: Set<Kept>
  /** The error that ended the session, if any. */
  readonly failure: SSHError | undefined
  /** The client has emitted its `close`. */
  readonly closed: boolean
  /** The caller has ended the connection. */
  readonly left: boolean
  /** The server's software, from its identification. */
  readonly serverSoftware: string
  /** Text for `debug`, never a secret. */
  debug(text: string): void
  /** Emits an event of the client, in a separate turn. */
  tell(event: string, ...details: unknown[]): void
  /** Calls back once the client has emitted its `close`; soon, if it already has. */
  whenClosed(callback: () => void): void
  /**
   * Makes a request to the server once the login is complete, and calls `callback` once with the result. If the connection ends first, that call
   * follows the `close`.
   * @param explain turns the bindings' error into one of the drop-in
   */
  ask<T>(work: (session: Session) => Promise<T>, callback: Callback<[result?: T]>, explain?: (error: unknown) => Error): void
}
