import type { Channel } from '../bindings/channel/channel.ts'
import type { Transport } from '../runtime/transport.ts'
import { ReceiveWindow, type RoundTrip } from './receive-window.ts'
import { channelReadable, channelWritable } from './streams.ts'

/** A channel as a byte stream in both directions: a transport, so `connect({ transport })` goes through it (ProxyJump). Closes itself after the EOF of both sides. */
export interface ChannelStream extends Transport, AsyncDisposable {
  readonly channel: Channel
  /** Resolves when the server has closed the channel, so that nothing can be written any more, or the channel or session is gone. Never rejects. */
  closed(): Promise<void>
  close(): Promise<void>
}

/** @param roundTrip where it is known, the receive window grows with it. */
export function channelStream(channel: Channel, roundTrip?: RoundTrip): ChannelStream {
  let closing: Promise<void> | undefined
  const close = () => closing ??= channel.session.complete(() => channel.free()).then(ignore, ignore)
  const abandon = () => { void close() }
  let open = 2
  const half = () => {
    if (--open === 0) abandon()
  }
  return {
    channel,
    readable: channelReadable(channel, 0, roundTrip && new ReceiveWindow(channel, roundTrip), abandon, half),
    writable: channelWritable(channel, abandon, half) as WritableStream<Uint8Array>,
    closed: () => channel.session.complete(() => channel.exit()).then(ignore, ignore),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Closing twice, or after the session has gone, is no error. */
function ignore(): void {}
