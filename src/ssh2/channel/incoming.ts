import type { Channel as BoundChannel } from '../../bindings/channel/channel.ts'
import { type Again, CONTEXT } from '../../bindings/session-context.ts'
import type { Session } from '../../bindings/session/session.ts'
import type { Link } from '../client/link.ts'
import { ignore, tell } from '../tell.ts'
import type { Place } from '../forwarding/wanted.ts'
import { Channel, type ChannelType } from './channel.ts'

/** Accepts what the server opens, in order, while the session lives. */
export function takeAll<T>(session: Session, accept: () => T | Again | undefined, take: (opened: T) => void): void {
  const next = async () => {
    for (;;) {
      const opened = await session.complete<unknown>(accept)
      if (opened === undefined) return
      take(opened as T)
    }
  }
  next().catch(ignore)
}

/** Like `takeAll`, after what came before each channel has been told: it may be the refusal of the command that wants it. */
export function takeAllBehind<T>(session: Session, accept: () => T | Again, take: (opened: T) => void): void {
  takeAll(session, accept, (opened: T) => setImmediate(take, opened))
}

/** From now on a channel that the server opens is confirmed when somebody accepts it, so that it can also be refused (RFC 4254 section 5.1). */
export function holdOpens(session: Session): void {
  session[CONTEXT].plain((c, pointer) => c.glue_session_hold_opens(pointer))
}

/** The channel as a stream: the server hears that it is open. */
export function accepted(link: Link, bound: BoundChannel, type: ChannelType): Channel {
  bound.session.complete(() => bound.answerOpen()).catch(ignore)
  return new Channel(link, bound, { type })
}

/** Offers a channel that the server opened to the listeners of an event, who accept or reject it; without a listener it is refused. @param place is held while the accepted one is open */
export function offer(link: Link, bound: BoundChannel, type: ChannelType, event: string, details: object, place?: Place): void {
  tell(() => {
    let decided = false
    const reject = () => {
      if (!decided) {
        place?.drop()
        bound[Symbol.dispose]()
      }
      decided = true
    }
    const accept = () => {
      if (decided) throw new Error('The connection has been accepted or rejected already')
      decided = true
      const channel = accepted(link, bound, type)
      place?.hold(channel)
      return channel
    }
    if (!link.owner.emit(event, details, accept, reject)) reject()
  })
}
