import type { Duplex, Readable } from 'node:stream'
import type { HostKeyPolicy } from '../../host-key/policy.ts'
import type { BaseAgent } from '../agents/base-agent.ts'
import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware } from '../auth/methods.ts'
import type { AnyHostVerifier } from '../host-keys/judge.ts'

/** A list of names, or what is to be added to the default one and taken from it: names, or expressions that match them. */
export type AlgorithmChanges = string[] | { append?: string | RegExp | (string | RegExp)[], prepend?: string | RegExp | (string | RegExp)[], remove?: string | RegExp | (string | RegExp)[] }

/** What is offered to the server. Names that `ssh2` has and this library has not are left out. */
export interface Algorithms {
  kex?: AlgorithmChanges | undefined
  serverHostKey?: AlgorithmChanges | undefined
  cipher?: AlgorithmChanges | undefined
  hmac?: AlgorithmChanges | undefined
  compress?: AlgorithmChanges | undefined
}

/** What `connect` takes; `null` is as good as nothing. */
export interface ConnectConfig {
  /** `localhost` if none is given. */
  host?: string | null | undefined
  /** As `host`. */
  hostname?: string | null | undefined
  /** 22 if none is given. */
  port?: number | null | undefined
  username?: string | null | undefined
  /** As `username`. */
  user?: string | null | undefined
  password?: string | null | undefined
  privateKey?: Buffer | string | null | undefined
  /** Of `privateKey`. */
  passphrase?: Buffer | string | null | undefined
  /** An agent, or where one listens. */
  agent?: BaseAgent | string | null | undefined
  /** Lets programs on the server sign with the agent. */
  agentForward?: boolean | null | undefined
  /** Answers questions by the event `keyboard-interactive`. */
  tryKeyboard?: boolean | null | undefined
  authHandler?: readonly (AuthenticationType | AnyAuthMethod)[] | AuthHandlerMiddleware | null | undefined
  hostVerifier?: AnyHostVerifier | null | undefined
  /** The hash of the key, by its name in Node, that `hostVerifier` gets. */
  hostHash?: string | null | undefined
  /** A host-key policy of this library, where there is no `hostVerifier`. */
  hostKey?: HostKeyPolicy | null | undefined
  /** The name under which the host's keys are known; with `sock`, who it leads to. */
  hostKeyAlias?: string | null | undefined
  /** A stream to the server that is there already, or a socket that is still connecting. */
  sock?: Duplex | Readable | null | undefined
  /** Milliseconds until `ready`, 20,000 if none are given; 0 for no limit. */
  readyTimeout?: number | null | undefined
  /** Milliseconds between signs of life; 0 or nothing for none. */
  keepaliveInterval?: number | null | undefined
  /** Signs of life without an answer, after which the connection is given up: 3. */
  keepaliveCountMax?: number | null | undefined
  /** Milliseconds of silence after which `timeout` is told. */
  timeout?: number | null | undefined
  algorithms?: Algorithms | null | undefined
  localAddress?: string | null | undefined
  localPort?: number | null | undefined
  forceIPv4?: boolean | null | undefined
  forceIPv6?: boolean | null | undefined
  /** What is OpenSSH's own is asked of OpenSSH alone. */
  strictVendor?: boolean | null | undefined
  /** Gets what happens, never a secret. */
  debug?: ((text: string) => void) | null | undefined
  /** The software part of the identification. */
  ident?: Buffer | string | null | undefined
  localHostname?: string | null | undefined
  localUsername?: string | null | undefined
}
