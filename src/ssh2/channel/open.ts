import type { Channel as BoundChannel } from '../../bindings/channel/channel.ts'
import { openChannel } from '../../bindings/channel/open-channel.ts'
import type { Again } from '../../bindings/session-context.ts'
import type { Session } from '../../bindings/session/session.ts'
import { openFailure } from '../client/errors.ts'
import type { Link } from '../client/link.ts'

/** Opens a channel. @throws ClientError `(SSH) Channel open failure: …` with the server's `reason`; the error that ended the session */
export async function openBound({ roundTrip }: Link, session: Session, open: () => BoundChannel | Again, isSession = false): Promise<BoundChannel> {
  try {
    return await roundTrip.measure(() => openChannel(session, open, { isSession }))
  } catch (error) {
    throw session.failure ? error : openFailure(error)
  }
}

