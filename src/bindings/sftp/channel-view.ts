import type { Channel } from '../channel/channel.ts'

/** The inspection methods of the channel that carries an SFTP object. Only that object itself reads, writes and frees it. */
export type ChannelView = Pick<Channel, 'session' | 'eof' | 'windowRead' | 'windowReadEx' | 'windowWrite' | 'windowWriteEx' | 'receiveWindowAdjust' | 'receiveWindowAdjust2'>

export function channelView(channel: Channel): ChannelView {
  return {
    session: channel.session,
    eof: () => channel.eof(),
    windowRead: () => channel.windowRead(),
    windowReadEx: () => channel.windowReadEx(),
    windowWrite: () => channel.windowWrite(),
    windowWriteEx: () => channel.windowWriteEx(),
    receiveWindowAdjust: (adjustment, force) => channel.receiveWindowAdjust(adjustment, force),
    receiveWindowAdjust2: (adjustment, force) => channel.receiveWindowAdjust2(adjustment, force),
  }
}
