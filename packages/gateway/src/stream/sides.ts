/// The two sides that a session joins, as each runtime implements them.

/** A connection to a target. */
export interface TargetSide {
  write(chunk: Uint8Array): void
  /** Bytes written that the system has not taken. */
  readonly queued: number
  /** Stops and resumes reading. */
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. */
  end(): void
  destroy(): void
}

/** A WebSocket of a client. */
export interface ClientSide {
  /** Sends `parts` as one message. The caller never changes their bytes. */
  send(parts: readonly Uint8Array[]): void
  /** Bytes sent that the system has not taken; 0 if the runtime does not know. */
  readonly queued: number
  pause(): void
  resume(): void
  close(code: number, reason: string): void
  /** At once, without a closing handshake. */
  terminate(): void
}
