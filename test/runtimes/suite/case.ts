/// What the cases of the suite are made of. Everything in this folder runs inside the runtime: no module of Node, no test framework.
import { type Client, connect, type ConnectOptions, knownHosts, publicKey, type Transport } from 'libssh2-wasm'
import { connectWebSocket } from 'libssh2-wasm/websocket'

/** What the machine has started for the suite; it comes as JSON. All ports are those of `host`. */
export interface Environment {
  readonly host: string
  /** An OpenSSH server. */
  readonly port: number
  readonly username: string
  /** For password authentication; none where the machine cannot have one. */
  readonly password: string | null
  readonly knownHosts: string
  /** A known_hosts line that says of `host` what is no longer true. */
  readonly changedKnownHosts: string
  /** Private keys that the server accepts, by type, and one that it does not. */
  readonly privateKeys: Readonly<Record<string, string>>
  readonly strangersKey: string
  /** The server's file of public keys that it accepts. */
  readonly authorizedKeys: string
  /** A server that asks for new keys after each megabyte. */
  readonly rekeyingPort: number
  /** Sends everything back. */
  readonly echoPort: number
  /** Accepts connections and says nothing. */
  readonly silentPort: number
  /** Closes connections at once. */
  readonly closingPort: number
  /** Sends 100,000 bytes and closes. */
  readonly greetingPort: number
  /** Reads everything, says nothing; the controller tells how much it was. */
  readonly swallowingPort: number
  /** Nobody listens. */
  readonly refusingPort: number
  /** 20 MB on the server. */
  readonly file: { readonly path: string, readonly sha256: string }
  /** An empty directory on the server. */
  readonly directory: string
  readonly gateway: { readonly url: string, readonly token: string }
}

/** What a host tells of its runtime. */
export interface Host {
  /** URL that gives the environment, answers questions about the servers, and takes the results (test/runtimes/controller.ts). */
  readonly controller: string
  /** How the runtime reaches the server. */
  readonly route: 'tcp' | 'websocket'
  /** Its TCP, if it has one. */
  readonly dial?: (address: { readonly host: string, readonly port: number }) => Promise<Transport>
}

export interface Target extends Host {
  readonly environment: Environment
}

export interface Case {
  /** Row of the table that it belongs to. */
  readonly feature: string
  readonly name: string
  /** Why it cannot run here; undefined if it can. */
  readonly lacks?: (target: Target) => string | undefined | Promise<string | undefined>
  run(target: Target): Promise<void>
}

/** A connection through the gateway. */
export function throughGateway({ environment: { gateway, host } }: Target, port: number, signal?: AbortSignal): Promise<Transport> {
  const token = btoa(gateway.token).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return connectWebSocket(`${gateway.url}/tcp/${host}/${port}`, { protocols: ['binary', `token.${token}`], signal })
}

/** Logs in at the server, in the runtime's way. */
export async function login(target: Target, options: Partial<ConnectOptions> = {}): Promise<Client> {
  const { host, port, username, knownHosts: known, privateKeys } = target.environment
  const to = options.port ?? port
  const transport = target.route === 'tcp' ? undefined : await throughGateway(target, to, options.signal)
  return connect({ host, port: to, username, transport, hostKey: knownHosts(known), auth: [publicKey(privateKeys.ed25519!)], ...options })
}
