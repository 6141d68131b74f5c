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

/** Options of `connect`. Programs in JavaScript may give `null` for what is missing. */
export interface ConnectConfig {
  /** `localhost` by default. */
  host?: string | undefined
  /** As `host`. */
  hostname?: string | undefined
  /** 22 by default. */
  port?: number | undefined
  username?: string | undefined
  /** As `username`. */
  user?: string | undefined
  password?: string | undefined
  privateKey?: Buffer | string | undefined
  /** Of `privateKey`. */
  passphrase?: Buffer | string | undefined
  /** An agent, or the path of its socket. */
  agent?: BaseAgent | string | undefined
  /** Lets programs on the server sign with the agent. */
  agentForward?: boolean | undefined
  /** Emits `keyboard-interactive` to answer questions. */
  tryKeyboard?: boolean | undefined
  authHandler?: readonly (AuthenticationType | AuthMethod)[] | AuthHandlerMiddleware | undefined
  hostVerifier?: AnyHostVerifier | undefined
  /** Node's name of the hash with which `hostVerifier` receives the key. */
  hostHash?: string | undefined
  /** A host-key policy of this library, used if there is no `hostVerifier`. */
  hostKey?: HostKeyPolicy | undefined
  /** The name under which the host's keys are known; with `sock`, the server that it leads to. */
  hostKeyAlias?: string | undefined
  /** An existing stream to the server, or a socket that is still connecting. */
  sock?: Duplex | Readable | undefined
  /** Milliseconds until `ready`, 20,000 by default; 0 for no limit. */
  readyTimeout?: number | undefined
  /** Milliseconds between keepalive messages; none by default or with 0. */
  keepaliveInterval?: number | undefined
  /** Unanswered keepalive messages after which the connection is given up: 3 by default. */
  keepaliveCountMax?: number | undefined
  /** Milliseconds of silence after which `timeout` is emitted. */
  timeout?: number | undefined
  algorithms?: Algorithms | undefined
  localAddress?: string | undefined
  localPort?: number | undefined
  forceIPv4?: boolean | undefined
  forceIPv6?: boolean | undefined
  /** Requests OpenSSH's own extensions only from OpenSSH. */
  strictVendor?: boolean | undefined
  /** Receives the steps of the connection, never a secret. */
  debug?: ((text: string) => void) | undefined
  /** The software part of the identification. */
  ident?: Buffer | string | undefined
  /** With `localUsername` and `privateKey`, the key of this host: it vouches for the user (`hostbased`, RFC 4252 section 9). */
  localHostname?: string | undefined
  localUsername?: string | undefined
}
