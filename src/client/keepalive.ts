import { CALLS } from '../bindings/session/transport.ts'
import type { Session } from '../bindings/session/session.ts'
import { SSHError } from '../errors/ssh-error.ts'

export interface KeepaliveOptions {
  /** Milliseconds between messages while the server is silent. */
  readonly interval: number
  /** Messages without an answer, or any other sign of life, after which the session is given up; 3 if none is given. */
  readonly countMax?: number
}

/** Asks a silent server for a sign of life (`keepalive@openssh.com`), and ends the session when none comes. Stops with the session. */
export function startKeepalive(session: Session, { interval, countMax = 3 }: KeepaliveOptions): void {
  if (!(interval > 0)) throw new RangeError('keepalive.interval must be more than 0 milliseconds')
  const calls = session[CALLS]
  let received = calls.wire.taken
  let missed = 0
  const timer = setInterval(() => {
    if (session.failure) return clearInterval(timer)
    if (calls.wire.taken !== received) missed = 0
    else if (missed >= countMax) {
      clearInterval(timer)
      return calls.end(new SSHError(`the server has not answered ${missed} keepalive messages`, { code: 'ERR_KEEPALIVE_TIMEOUT', errno: -9 }))
    } else missed += 1
    received = calls.wire.taken
    session.keepaliveNow()
  }, interval)
  ;(timer as { unref?: () => void }).unref?.()
  void session.ended().then(() => clearInterval(timer))
}
