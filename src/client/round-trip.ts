/**
 * What the channels of a connection have in common. The time to the server and back is the fastest reply to a channel open, or to the last message of the handshake. Channel opens alone are not
 * enough: OpenSSH takes 10 ms and more for the first one of a session, and read-ahead for a window that is too large costs it seconds.
 */
export class RoundTrip {
  /** Milliseconds; infinite before the first measurement. */
  fastest: number
  /** Channels with a receive window at present. */
  channels = 0

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
