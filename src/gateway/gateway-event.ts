/** What `stalled`, `resumed` and `lost` say. */
export interface GatewayEventDetail {
  /** When the connection stalled, as `Date.now()` has it. */
  readonly since: number
  /** Bytes that were sent and that the gateway has not acknowledged. */
  readonly unacknowledged: number
  /** In a sentence without a full stop. */
  readonly reason: string
  /** Attempts to come back so far; 0 when it has just stalled. */
  readonly attempt: number
  /** Milliseconds until the next attempt; 0 while one is under way, and when there will be none. */
  readonly nextIn: number
}

/** `stalled` comes when the connection stalls, and again for each further attempt to come back; then `resumed` or `lost`. */
export class GatewayEvent extends Event implements GatewayEventDetail {
  readonly since: number
  readonly unacknowledged: number
  readonly reason: string
  readonly attempt: number
  readonly nextIn: number

  constructor(type: 'stalled' | 'resumed' | 'lost', { since, unacknowledged, reason, attempt, nextIn }: GatewayEventDetail) {
    super(type)
    this.since = since
    this.unacknowledged = unacknowledged
    this.reason = reason
    this.attempt = attempt
    this.nextIn = nextIn
  }
}
