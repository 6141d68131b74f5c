import { CONTEXT } from '../bindings/session-context.ts'
import type { Session } from '../bindings/session/session.ts'
import { inAnotherTurn } from '../core/turn.ts'

/**
 * Makes the operating system send a TCP acknowledgement now. OpenSSH's server holds a small packet back until the previous one is acknowledged
 * (Nagle's algorithm, which it disables only for terminals), and operating systems delay an acknowledgement by 40 ms while there is no data to send
 * with it. So this sends a message that has no effect.
 */
export function acknowledge(session: Session): void {
  if (!session.failure && session.bannerGet()?.startsWith('SSH-2.0-OpenSSH')) session.sendIgnore()
}

/** Does it in the next turn of the event loop, unless something else is sent by then, which says it as well: most commands get their input, or its end, at once. */
export function acknowledgeUnlessSent(session: Session): void {
  const { wire } = session[CONTEXT]
  const { sentAt } = wire
  inAnotherTurn(() => {
    try {
      if (wire.sentAt === sentAt) acknowledge(session)
    } catch {
      // The session has failed or ended in between, which other calls report.
    }
  })
}

/** How much each session that waits for its next data had received when it was last asked to. */
const waiting = new WeakMap<Session, number>()

/**
 * Does the same for the next data that arrives, whenever that is, unless something is sent at once: the CLOSE of a short command's channel. Once, however many commands
 * begin by then. Never rejects.
 */
export async function acknowledgeNext(session: Session): Promise<void> {
  const { wire, driver } = session[CONTEXT]
  const waits = waiting.has(session)
  waiting.set(session, wire.arrived)
  if (waits) return
  try {
    while (!session.failure && wire.arrived === waiting.get(session)) await driver.wait()
    waiting.delete(session)
    if (wire.unanswered) acknowledge(session)
  } catch {
    // The session has failed in between, which other calls report.
  }
}
