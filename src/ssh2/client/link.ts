import type { Duplex } from 'node:stream'
import type { Session } from '../../bindings/session/session.ts'
import type { RoundTrip } from '../../client/round-trip.ts'
import type { SSHError } from '../../errors/ssh-error.ts'
import type { Callback } from '../tell.ts'
import type { Settings } from './settings.ts'

/** Who is told of a connection: the client. */
export interface Owner {
  emit(event: string, ...details: unknown[]): boolean
  listenerCount(event: string): number
}

/** A channel as its connection knows it. */
export interface Kept {
  /** The session goes: what has arrived and nobody has read is taken out of it now. */
  keepRest(): void
}

/** The stream below a connection. What only sockets have may be missing. */
export type Sock = Duplex & {
  readonly connecting?: boolean
  setTimeout?(milliseconds: number): unknown
  setNoDelay?(on?: boolean): unknown
  ref?(): unknown
  unref?(): unknown
  /** Of a channel of another client. */
  readonly stderr?: { resume?(): unknown }
}

/** A connection as channels, SFTP and the login use it. */
export interface Link {
  readonly owner: Owner
  readonly settings: Settings
  readonly sock: Sock
  readonly roundTrip: RoundTrip
  /** Channels that are open. */
  readonly channels: Set<Kept>
  /** What the session died of, if it did. */
  readonly failure: SSHError | undefined
  /** The client has told its `close`. */
  readonly closed: boolean
  /** The server's software, as its identification names it. */
  readonly serverSoftware: string
  /** Text for `debug`, never a secret. */
  debug(text: string): void
  /** Emits an event of the client, in a turn of its own. */
  tell(event: string, ...details: unknown[]): void
  /** Calls back once the client has told its `close`; soon, if it has. */
  whenClosed(callback: () => void): void
  /**
   * Asks the server for something, once the login is through, and tells `callback` what came of it, one time. If the connection goes before, that is told behind its `close`.
   * @param explain makes the error of the drop-in of what the bindings threw
   */
  ask<T>(work: (session: Session) => Promise<T>, callback: Callback<[result?: T]>, explain?: (error: unknown) => Error): void
}
