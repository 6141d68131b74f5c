/** The properties of `stalled`, `resumed` and `lost`. */
export interface GatewayEventDetail {
  /** When the connection stalled, in the time of `Date.now()`. */
  readonly since: number
  /** Bytes that were sent and that the gateway has not acknowledged. */
  readonly unacknowledged: number
  /** A sentence without a full stop. */
  readonly reason: string
  /** Attempts to resume so far; 0 when it has just stalled. */
  readonly attempt: number
  /** Milliseconds until the next attempt; 0 during an attempt, and if there will be none. */
  readonly nextIn: number
}

/** `stalled` is fired when the connection stalls, and again for each attempt to resume; then `resumed` or `lost`. */
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
