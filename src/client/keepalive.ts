import { CONTEXT } from '../bindings/session/transport.ts'
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
  const context = session[CONTEXT]
  let received = context.wire.bytesRead
  let missed = 0
  const timer = setInterval(() => {
    if (session.failure) return clearInterval(timer)
    if (context.wire.bytesRead !== received) missed = 0
    else if (missed >= countMax) {
      clearInterval(timer)
      return context.end(new SSHError(`the server has not answered ${missed} keepalive messages`, { code: 'ERR_KEEPALIVE_TIMEOUT', errno: -9 }))
    } else missed += 1
    received = context.wire.bytesRead
    session.keepaliveNow()
  }, interval)
  ;(timer as { unref?: () => void }).unref?.()
  void session.ended().then(() => clearInterval(timer))
}
