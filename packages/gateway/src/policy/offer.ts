/// What a client offers in Sec-WebSocket-Protocol: its protocols, its ticket, and its resumption data.
import { decodeResume, fromBase64url, type Resume, RESUME_PREFIX, SUBPROTOCOL, SUBPROTOCOL_PLAIN, SUBPROTOCOL_V4, TICKET_PREFIX } from 'libssh2-wasm/gateway-protocol'

/** Older clients use this prefix for their ticket. */
const TOKEN_PREFIX = 'token.'

export interface Offer {
  /** The best protocol that both sides support; undefined if the client offers none: then it uses no frames. */
  readonly protocol: typeof SUBPROTOCOL | typeof SUBPROTOCOL_V4 | typeof SUBPROTOCOL_PLAIN | undefined
  readonly credentials: string | undefined
  readonly resume: Resume | undefined
  /** It presents several tickets, or one that cannot be decoded. */
  readonly malformed: boolean
}

export function parseOffer(header: string | undefined): Offer {
  const offered = (header ?? '').split(',').map((protocol) => protocol.trim())
  const tickets = offered.filter((word) => word.startsWith(TICKET_PREFIX) || word.startsWith(TOKEN_PREFIX))
  const resumes = offered.filter((word) => word.startsWith(RESUME_PREFIX))
  const credentials = tickets.length === 1 ? text((tickets[0] as string).replace(/^\w+\./, '')) : undefined
  const resume = resumes.length === 1 ? decodeResume((resumes[0] as string).slice(RESUME_PREFIX.length)) : undefined
  return {
    protocol: ([SUBPROTOCOL, SUBPROTOCOL_V4, SUBPROTOCOL_PLAIN] as const).find((known) => offered.includes(known)),
    credentials,
    resume,
    malformed: tickets.length > 1 || resumes.length > 1 || (tickets.length === 1 && credentials === undefined) || (resumes.length === 1 && resume === undefined),
  }
}

function text(encoded: string): string | undefined {
  const bytes = fromBase64url(encoded)
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
