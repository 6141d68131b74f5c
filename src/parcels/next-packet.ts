import { HOST_PARCEL_LEAST } from '../ffi/host.gen.ts'

export const LENGTH_FIELD = 4
export const TAG = 16
/** What a packet has on the transport beside its text: the length field, and the tag. */
export const FRAME = LENGTH_FIELD + TAG
const BLOCK = 16
/** libssh2 accepts no longer data packets. */
const LONGEST = 256 << 10

/**
 * The length of the packet that begins at `start` of the received data, if it may be channel data that is worth decrypting here; otherwise 0.
 * The length is in the clear (RFC 5647 section 7.2). Nothing is authenticated yet, the length included.
 */
export function nextPacket(arrived: Uint8Array, start: number): number {
  const length = lengthAt(arrived, start)
  return length >= HOST_PARCEL_LEAST && length <= LONGEST && length % BLOCK === 0 ? length : 0
}

/** Where `nextPacket` finds nothing: how many bytes C should take through RECV, so that a large packet behind them begins where RECV has not been. C takes small packets, one after the other. */
export function upToLarge(arrived: Uint8Array, start: number): number {
  let at = start
  for (let length = lengthAt(arrived, at); length >= 0 && length < HOST_PARCEL_LEAST; length = lengthAt(arrived, at)) at += FRAME + length
  return (at > start ? Math.min(at, arrived.length) : arrived.length) - start
}

/** -1 if it is not there. */
function lengthAt(arrived: Uint8Array, at: number): number {
  if (at + LENGTH_FIELD > arrived.length) return -1
  return ((arrived[at] as number) << 24 | (arrived[at + 1] as number) << 16 | (arrived[at + 2] as number) << 8 | (arrived[at + 3] as number)) >>> 0
}
