import type { Duplex, Readable } from 'node:stream'
import type { HostKeyPolicy } from '../../host-key/policy.ts'
import type { BaseAgent } from '../agents/base-agent.ts'
import type { AuthenticationType, AuthMethod, AuthHandlerMiddleware } from '../auth/methods.ts'
import type { AnyHostVerifier } from '../host-keys/judge.ts'

/** A list of names, or additions to and removals from the default one: names, or expressions that match them. */
export type AlgorithmChanges = string[] | { append?: string | RegExp | (string | RegExp)[], prepend?: string | RegExp | (string | RegExp)[], remove?: string | RegExp | (string | RegExp)[] }

/** The algorithms to offer to the server. Names that `ssh2` supports and this library does not are left out. */
export interface Algorithms {
  kex?: AlgorithmChanges | undefined
  serverHostKey?: AlgorithmChanges | undefined
  cipher?: AlgorithmChanges | undefined
  hmac?: AlgorithmChanges | undefined
  compress?: AlgorithmChanges | undefined
}

/** Options of `connect`; `null` counts as missing. */
export interface ConnectConfig {
  /** `localhost` by default. */
  host?: string | null | undefined
  /** As `host`. */
  hostname?: string | null | undefined
  /** 22 by default. */
  port?: number | null | undefined
  username?: string | null | undefined
  /** As `username`. */
  user?: string | null | undefined
  password?: string | null | undefined
  privateKey?: Buffer | string | null | undefined
  /** Of `privateKey`. */
  passphrase?: Buffer | string | null | undefined
  /** An agent, or the path of its socket. */
  agent?: BaseAgent | string | null | undefined
  /** Lets programs on the server sign with the agent. */
  agentForward?: boolean | null | undefined
  /** Emits `keyboard-interactive` to answer questions. */
  tryKeyboard?: boolean | null | undefined
  authHandler?: readonly (AuthenticationType | AuthMethod)[] | AuthHandlerMiddleware | null | undefined
  hostVerifier?: AnyHostVerifier | null | undefined
  /** Node's name of the hash with which `hostVerifier` receives the key. */
  hostHash?: string | null | undefined
  /** A host-key policy of this library, used if there is no `hostVerifier`. */
  hostKey?: HostKeyPolicy | null | undefined
  /** The name under which the host's keys are known; with `sock`, the server that it leads to. */
  hostKeyAlias?: string | null | undefined
  /** An existing stream to the server, or a socket that is still connecting. */
  sock?: Duplex | Readable | null | undefined
  /** Milliseconds until `ready`, 20,000 by default; 0 for no limit. */
  readyTimeout?: number | null | undefined
  /** Milliseconds between keepalive messages; none by default or with 0. */
  keepaliveInterval?: number | null | undefined
  /** Unanswered keepalive messages after which the connection is given up: 3 by default. */
  keepaliveCountMax?: number | null | undefined
  /** Milliseconds of silence after which `timeout` is emitted. */
  timeout?: number | null | undefined
  algorithms?: Algorithms | null | undefined
  localAddress?: string | null | undefined
  localPort?: number | null | undefined
  forceIPv4?: boolean | null | undefined
  forceIPv6?: boolean | null | undefined
  /** Requests OpenSSH's own extensions only from OpenSSH. */
  strictVendor?: boolean | null | undefined
  /** Receives the steps of the connection, never a secret. */
  debug?: ((text: string) => void) | null | undefined
  /** The software part of the identification. */
  ident?: Buffer | string | null | undefined
  /** With `localUsername` and `privateKey`, the key of this host: it vouches for the user (`hostbased`, RFC 4252 section 9). */
  localHostname?: string | null | undefined
  localUsername?: string | null | undefined
}
