import { PEER_GRACE } from '../../abort/at-most.ts'
import { Deadline } from '../../abort/deadline.ts'
import { ChannelError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import { type Again, CONTEXT } from '../session-context.ts'
import type { Session } from '../session/session.ts'
import type { Channel } from './channel.ts'

/** RFC 4254 section 5.1: administratively prohibited, and resource shortage. Servers refuse with these when a channel exceeds their limit. */
const CROWDED: readonly number[] = [1, 4]
/** OpenSSH answers "connect failed" for sessions over `MaxSessions`; for other channels it means that the target cannot be reached. */
const CROWDED_SESSIONS: readonly number[] = [...CROWDED, 2]

const MOST_TRIES = 4

export interface OpenChannelOptions {
  readonly signal?: AbortSignal | undefined
  /** The channel is of type `session`. */
  readonly isSession?: boolean
}

/**
 * Opens a channel. A refusal while a close of ours is unanswered is not final: the two cross, and the server still counts the channel that is
 * closed here. So this tries again once the server has answered a close, within a second, or if it did so just before: OpenSSH counts a
 * channel a moment longer.
 */
export async function openChannel(session: Session, open: () => Channel | Again, { signal, isSession = false }: OpenChannelOptions = {}): Promise<Channel> {
  const reasons = isSession ? CROWDED_SESSIONS : CROWDED
  const context = session[CONTEXT]
  for (let left = MOST_TRIES; ;) {
    const { size } = context.unansweredCloses
    const crossing = performance.now() - PEER_GRACE
    try {
      return await session.complete(open, { signal, discard: (late) => late[Symbol.dispose]() })
    } catch (error) {
      const crowded = error instanceof ChannelError && reasons.includes(error.reason)
      const again = crowded && --left > 0 && (size > 0 ? await fewerThan(session, size, signal) : context.closedAt > crossing)
      if (!again) throw error
    }
  }
}

/** Whether the server answers a close in time, so that fewer of them are unanswered. */
async function fewerThan(session: Session, size: number, signal: AbortSignal | undefined): Promise<boolean> {
  using deadline = new Deadline(signal, PEER_GRACE)
  const { unansweredCloses } = session[CONTEXT]
  try {
    await session.complete(() => {
      if (session.failure) throw session.failure
      return unansweredCloses.size < size ? 0 : LIBSSH2_ERROR_EAGAIN
    }, { signal: deadline.signal })
    return true
  } catch (error) {
    signal?.throwIfAborted()
    if (session.failure) throw error
    return false
  }
}
