import { HOST_PARCEL_LEAST } from '../ffi/host.gen.ts'

const LENGTH_FIELD = 4
const TAG = 16
const BLOCK = 16
/** libssh2 accepts no longer data packets. */
const LONGEST = 256 << 10

/**
 * A packet that is completely on the transport, with a length that channel data may have, so that it is worth decrypting. None of it is
 * authenticated yet, the length included.
 */
export interface NextPacket {
  /** Associated data. */
  readonly lengthField: Uint8Array
  readonly text: Uint8Array
  readonly tag: Uint8Array
}

/**
 * The packet that begins at `start` of the received data. Its length is in the clear (RFC 5647 section 7.2).
 * @returns a packet; or how many bytes C should take through RECV, so that a large packet behind them begins where RECV has not been: 0 for
 * all.
 */
export function nextPacket(arrived: Uint8Array, start: number): NextPacket | number {
  const length = lengthAt(arrived, start)
  if (length === undefined || !isWorthIt(length)) return upToLarge(arrived, start)
  const text = start + LENGTH_FIELD
  const end = text + length + TAG
  if (end > arrived.length) return arrived.length - start
  return { lengthField: arrived.subarray(start, text), text: arrived.subarray(text, text + length), tag: arrived.subarray(text + length, end) }
}

/** Its bytes on the transport. */
export const sizeOf = ({ text }: NextPacket): number => LENGTH_FIELD + text.length + TAG

const isWorthIt = (length: number) => length >= HOST_PARCEL_LEAST && length <= LONGEST && length % BLOCK === 0

function lengthAt(arrived: Uint8Array, at: number): number | undefined {
  if (at + LENGTH_FIELD > arrived.length) return undefined
  return ((arrived[at] as number) << 24 | (arrived[at + 1] as number) << 16 | (arrived[at + 2] as number) << 8 | (arrived[at + 3] as number)) >>> 0
}

/** C takes small packets, one after the other. */
function upToLarge(arrived: Uint8Array, start: number): number {
  let at = start
  for (let length = lengthAt(arrived, at); length !== undefined && length < HOST_PARCEL_LEAST; length = lengthAt(arrived, at)) at += LENGTH_FIELD + length + TAG
  return at > start ? Math.min(at, arrived.length) - start : arrived.length - start
}
