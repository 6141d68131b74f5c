import { atMost, PEER_GRACE } from '../abort/at-most.ts'
import type { Channel } from '../bindings/channel/channel.ts'
import { openChannel } from '../bindings/channel/open-channel.ts'
import type { Again } from '../bindings/session-context.ts'
import type { Session } from '../bindings/session/session.ts'
import type { Transport } from '../runtime/transport.ts'
import { closedHere, LiveChannel } from './live-channel.ts'
import { ReceiveWindow } from './receive-window.ts'
import type { RoundTrip } from './round-trip.ts'
import { channelReadable, channelWritable } from './streams.ts'

/**
 * A channel as a byte stream in both directions. It is a transport, so `connect({ transport })` works through it (ProxyJump). It closes itself
 * after both sides have sent EOF.
 */
export interface ChannelStream extends Transport, AsyncDisposable {
  readonly channel: Channel
  /** Resolves when the server has closed the channel, so that no more can be written, or when the channel or session is gone. Never rejects. */
  closed(): Promise<void>
  /** Pending calls reject with `ERR_LIBSSH2_CHANNEL_CLOSED`. Waits for the server's answer for at most a second. Never rejects. */
  close(): Promise<void>
}

/** Opens a channel as a stream. */
export async function openStream(session: Session, roundTrip: RoundTrip, open: () => Channel | Again, signal: AbortSignal | undefined): Promise<ChannelStream> {
  return channelStream(await roundTrip.measure(() => openChannel(session, open, { signal })), roundTrip)
}

/** @param roundTrip if given, the receive window grows with it. */
export function channelStream(channel: Channel, roundTrip?: RoundTrip): ChannelStream {
  const live = new LiveChannel(channel, [0], roundTrip && new ReceiveWindow(channel, roundTrip))
  const close = () => {
    live.end(closedHere('the connection'))
    return atMost(PEER_GRACE, live.free())
  }
  const abandon = () => { void close() }
  let open = 2
  const half = () => {
    if (--open === 0) void live.free()
  }
  return {
    channel,
    readable: channelReadable(live, 0, abandon, half),
    writable: channelWritable(live, abandon, undefined, half) as WritableStream<Uint8Array>,
    closed: () => live.over,
    close,
    [Symbol.asyncDispose]: close,
  }
}
