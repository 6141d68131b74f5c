import { CONTEXT } from '../bindings/session-context.ts'
import type { Session } from '../bindings/session/session.ts'

/**
 * Has the system acknowledge at once what has arrived. OpenSSH's server holds a small packet back until the one before it is acknowledged (Nagle's
 * algorithm; it turns that off for terminals alone), and systems delay an acknowledgement by 40 ms while there is nothing to send along with it. So
 * something is sent that means nothing.
 */
export function acknowledge(session: Session): void {
  if (!session.failure && session.bannerGet()?.startsWith('SSH-2.0-OpenSSH')) session.sendIgnore()
}

/** The same for what arrives next, whenever that is. Never rejects. */
export async function acknowledgeNext(session: Session): Promise<void> {
  const { wire, driver } = session[CONTEXT]
  const before = wire.bytesRead
  try {
    while (!session.failure && wire.bytesRead === before) await driver.wait()
    acknowledge(session)
  } catch {
    // The session has failed in between: others tell.
  }
}
