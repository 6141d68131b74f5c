import type { Flow, LiveChannel } from './live-channel.ts'

/**
 * A stream of a channel as a ReadableStream. It reads only on demand: unread data stays in libssh2,
 * limited by the channel's window, and blocks nothing else.
 * @param cancelled called when nobody wants the rest. @param ended called at the remote EOF.
 */
export function channelReadable(live: LiveChannel, stream: number, cancelled: () => void, ended: () => void = () => {}): ReadableStream<Uint8Array> {
  let flow: Flow | undefined
  return new ReadableStream<Uint8Array>({
    start(controller) {
      flow = live.flow(stream, (parts) => {
        for (const part of parts) controller.enqueue(part)
        if (parts.length > 0) return
        controller.close()
        ended()
      }, (reason) => controller.error(reason))
      live.onEnd((reason) => {
        flow?.stop()
        controller.error(reason)
      })
    },
    pull: () => flow?.ask(),
    cancel() {
      flow?.stop()
      cancelled()
    },
  }, { highWaterMark: 0 })
}

/** Takes the chunks of a writable on their way to the channel. */
export interface ChannelInput {
  write(chunk: Uint8Array | string): Promise<void>
  /** Writes what it holds back: nothing more comes. */
  flush(): Promise<void>
}

/**
 * The input of a channel: a write resolves when the peer's window has taken all of it, closing sends EOF. @param aborted called when no more
 * will be written. @param input takes the chunks instead of the channel. @param closed called after the EOF.
 */
export function channelWritable(live: LiveChannel, aborted: (reason: unknown) => void, input?: ChannelInput, closed: () => void = () => {}): WritableStream<Uint8Array | string> {
  return new WritableStream<Uint8Array | string>({
    start: (controller) => live.onEnd((reason) => controller.error(reason)),
    write: (chunk) => input ? input.write(chunk) : live.write(chunk),
    async close() {
      await input?.flush()
      await live.sendEof()
      closed()
    },
    abort: aborted,
  })
}
