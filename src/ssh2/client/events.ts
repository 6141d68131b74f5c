import type { Channel } from '../channel/channel.ts'
import type { UnknownHostKey } from '../host-keys/judge.ts'
import type { KeyboardInteractiveCallback, Prompt } from '../auth/methods.ts'
import type { ParsedKey } from '../utils/parsed-key.ts'
import type { ClientError } from './errors.ts'
import type { Negotiated } from './handshake.ts'

/** Accepts a connection, which is there at once. */
export type AcceptConnection = () => Channel
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

/** Where the connection of a window program comes from. */
export interface X11Details {
  srcIP: string
  srcPort: number
}

/** What a client tells, and with what. */
export interface ClientEvents {
  /** The socket is connected. */
  connect: []
  /** What the server said before its identification. */
  greeting: [greeting: string]
  /** Keys have been exchanged, and the host key is accepted. */
  handshake: [negotiated: Negotiated]
  /** What the server says for people. */
  banner: [message: string]
  /** Logged in. */
  ready: []
  /** Host keys that the server has announced, and shown to own. */
  hostkeys: [keys: ParsedKey[]]
  /** A host key that nobody has vouched for is accepted. */
  'unknown host key': [about: UnknownHostKey]
  'keyboard-interactive': [name: string, instructions: string, lang: string, prompts: Prompt[], finish: KeyboardInteractiveCallback]
  'change password': [message: string, done: (newPassword: string) => void]
  'tcp connection': [details: TcpConnectionDetails, accept: AcceptConnection, reject: RejectConnection]
  'unix connection': [details: UNIXConnectionDetails, accept: AcceptConnection, reject: RejectConnection]
  x11: [details: X11Details, accept: AcceptConnection, reject: RejectConnection]
  /** Keys have been exchanged anew. */
  rekey: []
  /** The socket was silent. */
  timeout: []
  error: [error: ClientError]
  end: []
  close: []
}
