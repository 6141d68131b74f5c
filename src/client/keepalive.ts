import { after, milliseconds } from '../abort/milliseconds.ts'
import type { Session } from '../bindings/session/session.ts'
import { CONTEXT } from '../bindings/session-context.ts'
import { record } from '../errors/arguments.ts'
import { timeoutError } from '../errors/timeout-error.ts'

export interface KeepaliveOptions {
  /** Milliseconds between messages while the server is silent; 0 or `Infinity` for none. */
  readonly interval: number
  /** Unanswered messages after which the session is given up, if the server sends nothing else either; 3 by default. */
  readonly countMax?: number
}

/** @throws TypeError or RangeError for values that `startKeepalive` cannot use. */
export function checkKeepalive(options: KeepaliveOptions): void {
  const { interval, countMax = 3 } = record(options, 'keepalive')
  milliseconds(interval, 'keepalive.interval')
  if (!(countMax >= 0)) throw new RangeError('keepalive.countMax must be 0 or more')
}

/**
 * Asks a silent server for a sign of life (`keepalive@libssh2.org`), and ends the session if none comes. Stops with the session.
 * While the transport is stalled it neither asks nor counts: the server cannot be heard, alive or not.
 */
export function startKeepalive(session: Session, { interval, countMax = 3 }: KeepaliveOptions): void {
  const pause = milliseconds(interval, 'keepalive.interval')
  const context = session[CONTEXT]
  let received = context.wire.arrived
  let missed = 0
  let stop = () => {}
  const wait = () => { stop = after(pause, look, true) }
  const look = () => {
    if (session.failure) return
    if (context.wire.stalled) {
      missed = 0
      return wait()
    }
    if (context.wire.arrived !== received) missed = 0
    else if (missed >= countMax) {
      return context.end(timeoutError('ERR_KEEPALIVE_TIMEOUT', `the server has not answered ${missed} keepalive messages`))
    } else missed += 1
    received = context.wire.arrived
    try {
      session.keepaliveNow()
      wait()
    } catch {
      // The session has failed; its users see why.
    }
  }
  wait()
  void session.ended().then(() => stop())
}
