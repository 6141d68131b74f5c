import type { Driver } from '../core/driver.ts'

/** SSH_MSG_CHANNEL_WINDOW_ADJUST, and after SSH_MSG_CHANNEL_DATA SSH_MSG_CHANNEL_EXTENDED_DATA (RFC 4254 section 5.2). */
const WINDOW_ADJUST = 93
const EXTENDED_DATA = 95

/** The source (`Way.source`) of a call that waits for anything but data of the channel with this number: many data packets say nothing about its end. */
export const endOf = (channel: number): number => channel + 2 ** 32

/** The source of what waits for extended data only (RFC 4254 section 5.2), stderr: other data, of which there is much, does not concern it. */
export const extendedOf = (channel: number): number => channel + 2 ** 33

/** A message of this type has arrived for the channel of this number. */
export function markSources(driver: Driver, channel: number, type: number): void {
  // A wider window concerns writes, which are never parked.
  if (type !== WINDOW_ADJUST) driver.markReady(channel)
  if (type === EXTENDED_DATA) driver.markReady(extendedOf(channel))
  if (type < WINDOW_ADJUST || type > EXTENDED_DATA) driver.markReady(endOf(channel))
}
