import type { GatewayPolicy } from '../policy/gate.ts'
import type { ResumeLimits } from '../policy/limits.ts'
import type { GatewayLogLine } from '../log.ts'
import type { Resolve } from './dial.ts'

export interface TlsOptions {
  /** PEM. */
  readonly cert: string | Buffer
  readonly key: string | Buffer
  /** PEM of the authorities whose certificates clients may show (`clientCertificate`). */
  readonly clientCa?: string | Buffer | undefined
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 0: a free one. */
  readonly port?: number | undefined
  /** The path of a Unix socket, instead of host and port. */
  readonly unix?: string | undefined
  /** A socket that is open already, as systemd gives it: 3. */
  readonly fd?: number | undefined
  readonly tls?: TlsOptions | undefined
  /** Each connection begins with a header of the PROXY protocol; only from addresses of `behindProxy`. */
  readonly proxyProtocol?: boolean | undefined
}

export interface GatewayOptions extends GatewayPolicy {
  readonly listen?: ListenOptions | undefined
  /** Proxies whose X-Forwarded-For, or PROXY header, is believed: ranges of addresses, e.g. `127.0.0.1`. */
  readonly behindProxy?: readonly string[] | undefined
  /** How sessions outlive their WebSocket; false: they do not. */
  readonly resume?: Partial<ResumeLimits> | false | undefined
  /** Where clients come back to, where a balancer has several gateways behind one address: `wss://node3.gateway.example`. */
  readonly nodeUrl?: string | undefined
  /** Also speak as a relay of nassh: `/v4/connect`, `/v4/reconnect`, `/cookie?version=2`. Its identifiers stand in URLs. */
  readonly nassh?: boolean | undefined
  /** Tell targets who the client is, by a header of the PROXY protocol, version 2. They must expect it. */
  readonly proxyToTargets?: boolean | undefined
  /** A port of its own for `/metrics`, `/healthz` and `/readyz`. The last two are on the main port too. */
  readonly metrics?: { readonly host?: string | undefined, readonly port: number } | undefined
  readonly log?: ((line: GatewayLogLine) => void) | undefined
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: Resolve | undefined
}

/** A session as `sessions()` tells of it. */
export interface SessionInfo {
  readonly id: string
  readonly user: string
  readonly client: string
  readonly target: string
  readonly state: 'attached' | 'detached'
  readonly since: Date
  readonly bytes: { readonly up: number, readonly down: number }
  readonly kept: number
  readonly resumes: number
}

export interface Gateway extends AsyncDisposable {
  /** `ws://HOST:PORT`; a target is `${url}/tcp/HOST/PORT`. */
  readonly url: string
  /** `http://HOST:PORT` of metrics, where they have a port of their own. */
  readonly metricsUrl: string | undefined
  sessions(): SessionInfo[]
  /** Ends sessions of a user, or one of them, kept ones included. @returns how many */
  revoke(who: { readonly user?: string | undefined, readonly id?: string | undefined }): number
  /** Another policy, for who comes from now on. @throws TypeError for one that is none; then the old one stays. */
  reload(policy: GatewayPolicy): void
  /** Takes no new sessions, tells the ones that are there, and closes when they have ended, or after so many milliseconds. */
  drain(milliseconds: number): Promise<void>
  /** Ends every session and stops listening. */
  close(): Promise<void>
}
