import type { Channel } from '../bindings/channel/channel.ts'
import type { ReceiveWindow } from './receive-window.ts'

/** Most bytes of one chunk of a readable. */
const CHUNK = 256 << 10

/**
 * A stream of a channel as a ReadableStream. It reads only when somebody does: what is not read stays in libssh2,
 * bounded by the channel's window, and holds up nothing else. `ended` is called at the remote EOF.
 */
export function channelReadable(channel: Channel, streamId: number, window: ReceiveWindow | undefined, cancelled: () => void, ended?: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const [rc, data] = await channel.session.complete(() => channel.readEx(CHUNK, streamId))
      if (rc > 0) {
        window?.taken(rc)
        controller.enqueue(data)
      } else {
        controller.close()
        ended?.()
      }
    },
    cancel: cancelled,
  }, { highWaterMark: 0 })
}

/** The input of a channel: a write resolves when the peer's window has taken all of it, closing sends EOF, aborting closes the channel. `closed` is called after the EOF. */
export function channelWritable(channel: Channel, aborted: () => void, closed?: () => void): WritableStream<Uint8Array | string> {
  return new WritableStream<Uint8Array | string>({
    async write(chunk) {
      await channel.session.complete(() => channel.write(chunk))
    },
    async close() {
      await channel.session.complete(() => channel.sendEof())
      closed?.()
    },
    abort: aborted,
  })
}
