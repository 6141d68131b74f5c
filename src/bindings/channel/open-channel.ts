import { PEER_GRACE } from '../../abort/at-most.ts'
import { Deadline } from '../../abort/deadline.ts'
import { onAbort } from '../../abort/on-abort.ts'
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

/** Opens in flight per session. libssh2 keeps at most 256 answers that nobody has taken yet (patch 0113), and the answers to many opens arrive at once. */
const MOST_IN_FLIGHT = 64

/** The opens of a session, and those that wait until fewer are in flight. */
interface Opens {
  inFlight: number
  readonly waiting: Set<() => void>
}

const opensOf = new WeakMap<Session, Opens>()

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
export async function openChannel(session: Session, open: () => Channel | Again, options: OpenChannelOptions = {}): Promise<Channel> {
  const opens = opensOf.get(session) ?? { inFlight: 0, waiting: new Set() }
  opensOf.set(session, opens)
  if (opens.inFlight < MOST_IN_FLIGHT) opens.inFlight++
  else await turn(opens, options.signal)
  try {
    return await openNow(session, open, options)
  } finally {
    // The next one takes this place over.
    const [next] = opens.waiting
    if (next) next()
    else opens.inFlight--
  }
}

function turn({ waiting }: Opens, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const begin = () => {
      waiting.delete(begin)
      stopListening()
      resolve()
    }
    const stopListening = onAbort(signal, () => {
      waiting.delete(begin)
      reject(signal?.reason)
    })
    waiting.add(begin)
  })
}

async function openNow(session: Session, open: () => Channel | Again, { signal, isSession = false }: OpenChannelOptions): Promise<Channel> {
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
