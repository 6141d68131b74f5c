import type { Channel } from '../channel/channel.ts'
import type { UnknownHostKey } from '../host-keys/judge.ts'
import type { KeyboardInteractiveCallback, Prompt } from '../auth/methods.ts'
import type { ParsedKey } from '../utils/parsed-key.ts'
import type { ClientError } from './errors.ts'
import type { Negotiated } from './handshake.ts'

/** Accepts a connection, which is then open. */
export type AcceptConnection<T extends Channel = Channel> = () => T
/** Refuses a connection. */
export type RejectConnection = () => void

/** Where a connection comes from, and to which port of the server. */
export interface TcpConnectionDetails {
  srcIP: string
  srcPort: number
  destIP: string
  destPort: number
}

/** The socket of the server that a connection came to. */
export interface UNIXConnectionDetails {
  socketPath: string
}

/** Where an X11 connection comes from. */
export interface X11Details {
  srcIP: string
  srcPort: number
}

/** The events of a client, with their arguments. */
export interface ClientEvents {
  /** The socket is connected. */
  connect: []
  /** The server's text before its identification. */
  greeting: [greeting: string]
  /** Keys have been exchanged, and the host key is accepted. */
  handshake: [negotiated: Negotiated]
  /** A banner of the server. */
  banner: [message: string]
  /** Logged in. */
  ready: []
  /** Host keys that the server has announced and proved to own. */
  hostkeys: [keys: ParsedKey[]]
  /** An unknown host key has been accepted. */
  'unknown host key': [about: UnknownHostKey]
  'keyboard-interactive': [name: string, instructions: string, lang: string, prompts: Prompt[], finish: KeyboardInteractiveCallback]
  'change password': [message: string, done: (newPassword: string) => void]
  'tcp connection': [details: TcpConnectionDetails, accept: AcceptConnection, reject: RejectConnection]
  'unix connection': [details: UNIXConnectionDetails, accept: AcceptConnection, reject: RejectConnection]
  x11: [details: X11Details, accept: AcceptConnection, reject: RejectConnection]
  /** A re-key is complete. */
  rekey: []
  /** The socket was silent. */
  timeout: []
  error: [error: ClientError]
  end: []
  close: []
}
