/// What a gateway logs about its sessions: never content, tickets, secrets or other parts of a request.

/** One line of the log. */
export interface GatewayLogLine {
  readonly time: string
  readonly event: 'open' | 'detach' | 'resume' | 'close' | 'refuse'
  /** The session's id, which clients also know. */
  readonly id?: string | undefined
  readonly user?: string | undefined
  readonly client: string
  readonly origin?: string | undefined
  /** `HOST:PORT` as the client named it. */
  readonly target?: string | undefined
  /** The address that the gateway connected to. */
  readonly address?: string | undefined
  /** Bytes from the client, and to it. */
  readonly bytes?: { readonly up: number, readonly down: number } | undefined
  readonly seconds?: number | undefined
  readonly resumes?: number | undefined
  /** A close code; 1000 for an orderly end. */
  readonly code?: number | undefined
  readonly reason?: string | undefined
}

/** Controls and characters that turn text around, which a client may have put into its origin or name: JSON leaves some of them as they are. */
const UNSEEN = /[\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu

/** The line as JSON, harmless on a terminal. */
export function logText(line: GatewayLogLine): string {
  return JSON.stringify(line).replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function logLine(event: GatewayLogLine['event'], fields: Omit<GatewayLogLine, 'time' | 'event'>): GatewayLogLine {
  return { time: new Date().toISOString(), event, ...fields }
}
