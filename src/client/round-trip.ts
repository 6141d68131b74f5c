/**
 * How long the way to the server and back takes: the fastest answer to the opening of a channel, or to what ended the handshake. The channels alone
 * will not do: OpenSSH takes 10 ms and more for the first one of a session, and what it has read ahead for a window that is too large costs it seconds.
 */
export class RoundTrip {
  /** Milliseconds; infinite before the first measurement. */
  fastest: number

  constructor(handshake = Infinity) {
    this.fastest = handshake
  }

  async measure<T>(open: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const result = await open()
    this.fastest = Math.min(this.fastest, performance.now() - start)
    return result
  }
}
