import type { ChannelCalls } from './calls.ts'

/** Where a forwarded connection comes from. The server chose this text: it may say anything. */
export interface Originator {
  readonly host: string
  readonly port: number
}

/** For `Channel.originator`. */
export function originatorOf(calls: ChannelCalls): Originator | null {
  const { heap } = calls.context
  return heap.scoped((scope) => {
    const port = scope.out()
    const host = calls.plain((c, channel) => c.glue_channel_originator(channel, port))
    return host === 0 ? null : { host: heap.string(host) ?? '', port: heap.u32(port) }
  })
}

/** For `Channel.answerOpen`. */
export function answerOpenOf(calls: ChannelCalls, reason: number): number {
  return calls.call(calls.way('answerOpen'), (c, channel) => c.glue_channel_answer(channel, reason))
}
