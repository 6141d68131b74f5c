import type { GatewayPolicy } from '../policy/gate.ts'
import type { ResumeLimits } from '../policy/limits.ts'
import type { GatewayLogLine } from '../log.ts'
import type { Resolve } from './dial.ts'

export interface TlsOptions {
  /** PEM. */
  readonly cert: string | Buffer
  readonly key: string | Buffer
  /** PEM of the authorities that sign clients' certificates (`clientCertificate`). */
  readonly clientCa?: string | Buffer | undefined
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 0: a free one. */
  readonly port?: number | undefined
  /** The path of a Unix socket, instead of host and port. */
  readonly unix?: string | undefined
  /** An open socket, as systemd passes it: 3. */
  readonly fd?: number | undefined
  readonly tls?: TlsOptions | undefined
  /** Each connection begins with a header of the PROXY protocol; only from addresses of `behindProxy`. */
  readonly proxyProtocol?: boolean | undefined
}

export interface GatewayOptions extends GatewayPolicy {
  readonly listen?: ListenOptions | undefined
  /** Proxies whose X-Forwarded-For, or PROXY header, is trusted: ranges of addresses, e.g. `127.0.0.1`. */
  readonly behindProxy?: readonly string[] | undefined
  /** How sessions outlive their WebSocket; false: they do not. */
  readonly resume?: Partial<ResumeLimits> | false | undefined
  /** The URL for resuming, if a balancer has several gateways behind one address: `wss://node3.gateway.example`. */
  readonly nodeUrl?: string | undefined
  /** Also acts as a nassh relay: `/v4/connect`, `/v4/reconnect`, `/cookie?version=2`. Its identifiers appear in URLs. */
  readonly nassh?: boolean | undefined
  /** Tells targets who the client is, with a header of the PROXY protocol, version 2. They must expect it. */
  readonly proxyToTargets?: boolean | undefined
  /** A separate port for `/metrics`, `/healthz` and `/readyz`. The last two are also on the main port. */
  readonly metrics?: { readonly host?: string | undefined, readonly port: number } | undefined
  readonly log?: ((line: GatewayLogLine) => void) | undefined
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: Resolve | undefined
}

/** A session in the result of `sessions()`. */
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
  /** `ws://HOST:PORT`; the URL of a target is `${url}/tcp/HOST/PORT`. */
  readonly url: string
  /** `http://HOST:PORT` of metrics, if they have a separate port. */
  readonly metricsUrl: string | undefined
  sessions(): SessionInfo[]
  /** Ends one session, or all of a user, including detached ones. @returns how many */
  revoke(who: { readonly user?: string | undefined, readonly id?: string | undefined }): number
  /** Sets another policy for new clients. @throws TypeError for an invalid one; then the old one stays. */
  reload(policy: GatewayPolicy): void
  /** Accepts no new sessions, notifies the existing ones, and closes when they have ended, or after so many milliseconds. */
  drain(milliseconds: number): Promise<void>
  /** Ends every session and stops listening. */
  close(): Promise<void>
}
