import type { Channel } from '../../bindings/channel/channel.ts'
import { CONTEXT } from '../../bindings/session-context.ts'

/** Whether the server may still use a channel. C knows of a CLOSE before the promises that wait for it, and whatever is unread. */
export function openAtPeer(channel: Channel): boolean {
  const calls = channel[CONTEXT]
  return !channel.session.failure && !calls.handle.freed && calls.plain((c, pointer) => c.glue_channel_peer_closed(pointer)) === 0
}
