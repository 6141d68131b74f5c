import { CloseCode } from 'libssh2-wasm/gateway-protocol'

/** The input of an authorization. */
export interface AuthorizeRequest {
  /** `HOST:PORT` as the client names it, IPv6 in brackets; undefined if it names no possible target. */
  readonly target: string | undefined
  /** The client's `ticket.…`, decoded. At most one: several would be several guesses. */
  readonly credentials: string | undefined
  readonly origin: string | undefined
  /** The client's address. */
  readonly client: string
  /** The sender of the request: the client, or the proxy that speaks for it. */
  readonly peer: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The certificate from the client's TLS handshake, if the gateway has checked it. */
  readonly certificate?: { readonly subject: Readonly<Record<string, string>>, readonly fingerprint: string } | undefined
  /** Whether the client resumes a session. */
  readonly resuming: boolean
  /** Aborts when the time for this check is over, or the client is gone. */
  readonly signal: AbortSignal
}

export interface Authorized {
  /** For the log, for limits, and for `revoke`. */
  readonly user: string
  /** Rules for this session in addition to the gateway's own: they narrow what is allowed, never widen it. */
  readonly allow?: readonly string[] | undefined
  /** When the session ends. */
  readonly until?: Date | undefined
  /** Sessions of this user at once. */
  readonly sessions?: number | undefined
}

export interface RefusedByAuthorize {
  readonly refuse: typeof CloseCode.ticket | typeof CloseCode.notAllowed | typeof CloseCode.limit
  /** For the log. */
  readonly text?: string | undefined
}

/** Names the user, or refuses. If it throws, the client gets 4500. */
export type Authorize = (request: AuthorizeRequest) => Promise<Authorized | RefusedByAuthorize> | Authorized | RefusedByAuthorize

/** @param text for the log; must not contain what the client has shown */
export const refuse = (text: string): RefusedByAuthorize => ({ refuse: CloseCode.ticket, text })
