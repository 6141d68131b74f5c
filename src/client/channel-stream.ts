import type { Channel } from '../bindings/channel.ts'
import type { Transport } from '../core/transport.ts'
import { channelReadable, channelWritable } from './streams.ts'

/** A channel as a byte stream in both directions: a transport, so `connect({ transport })` goes through it (ProxyJump). */
export interface ChannelStream extends Transport, AsyncDisposable {
  readonly channel: Channel
  close(): Promise<void>
}

export function channelStream(channel: Channel): ChannelStream {
  let closing: Promise<void> | undefined
  const close = () => closing ??= channel.session.complete(() => channel.free()).then(ignore, ignore)
  const abandon = () => { void close() }
  return {
    channel,
    readable: channelReadable(channel, 0, abandon),
    writable: channelWritable(channel, abandon) as WritableStream<Uint8Array>,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Closing twice, or after the session has gone, is no error. */
function ignore(): void {}
