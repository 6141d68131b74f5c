import { CloseCode } from 'libssh2-wasm/gateway-protocol'

/** What a check of who asks is told. */
export interface AuthorizeRequest {
  /** `HOST:PORT` as the client names it, IPv6 in brackets; undefined where it names none that could be. */
  readonly target: string | undefined
  /** What the client shows as `ticket.…`, decoded. At most one: several would be several guesses. */
  readonly credentials: string | undefined
  readonly origin: string | undefined
  /** The client's address. */
  readonly client: string
  /** Where the request comes from: the client, or the proxy that speaks for it. */
  readonly peer: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The certificate that the client showed in the TLS handshake, if the gateway has checked it. */
  readonly certificate?: { readonly subject: Readonly<Record<string, string>>, readonly fingerprint: string } | undefined
  /** Who comes back to a session. */
  readonly resuming: boolean
  /** Aborts when the time for this check is over, or the client is gone. */
  readonly signal: AbortSignal
}

export interface Authorized {
  /** For the log, for limits, and for `revoke`. */
  readonly user: string
  /** Rules that hold for this session besides the gateway's own: they narrow what is allowed, never widen it. */
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

/** Tells who asks, or refuses. What it throws is an error of its own: the client is told 4500. */
export type Authorize = (request: AuthorizeRequest) => Promise<Authorized | RefusedByAuthorize> | Authorized | RefusedByAuthorize

/** @param text for the log, never with what was shown in it */
export const refuse = (text: string): RefusedByAuthorize => ({ refuse: CloseCode.ticket, text })
