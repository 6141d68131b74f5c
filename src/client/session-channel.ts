import type { Channel } from '../bindings/channel/channel.ts'
import { openChannel } from '../bindings/channel/open-channel.ts'
import type { Process } from './process.ts'
import { RoundTrip } from './round-trip.ts'
import type { Client } from './client.ts'
import { execStart, shellStart, type Start, startProcess, subsystemStart } from './start-process.ts'

export { execStart, shellStart, subsystemStart }

/** Opens a channel for a process that is described later. @throws ChannelError if the server refuses. */
export function openSessionChannel({ session }: Client): Promise<Channel> {
  return openChannel(session, () => session.openSession(), { isSession: true })
}

/** Starts a process on a channel that is open; a failure closes it. @throws ChannelError if the server refuses. */
export function startOn(channel: Channel, start: Start): Promise<Process> {
  return startProcess({ session: channel.session, roundTrip: new RoundTrip(), channel }, start)
}
