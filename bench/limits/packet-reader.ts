/** The framing of packets with aes128-gcm@openssh.com (RFC 5647 section 7.3): a length in clear, so many bytes, and a tag. */
import { LENGTH_FIELD, TAG } from './packet-sizes.ts'

/** More than OpenSSH accepts of a packet, with its tag. */
const MOST = (256 << 10) + TAG

export const uint32 = (bytes: Uint8Array, at: number) => (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0

/**
 * Finds the packets in what a socket reads; one whose end has not arrived is kept.
 * @param found gets a whole packet, which is lent to it. @param tag behind the next packet, in bytes: there is none before SSH_MSG_NEWKEYS
 */
export function packetReader(found: (packet: Uint8Array) => void, tag: () => number = () => TAG): (chunk: Uint8Array) => void {
  const kept = new Uint8Array(MOST)
  let filled = 0
  const sizeOf = (bytes: Uint8Array, at: number) => {
    const size = LENGTH_FIELD + uint32(bytes, at) + tag()
    if (size > MOST) throw new Error(`a packet of ${size} bytes`)
    return size
  }
  return (chunk) => {
    let at = 0
    while (filled > 0) {
      const size = filled < LENGTH_FIELD ? LENGTH_FIELD : sizeOf(kept, 0)
      const part = chunk.subarray(at, at + size - filled)
      kept.set(part, filled)
      at += part.length
      filled += part.length
      if (filled < size) return
      if (size === LENGTH_FIELD) continue
      filled = 0
      found(kept.subarray(0, size))
    }
    for (let size: number; at + LENGTH_FIELD <= chunk.length && at + (size = sizeOf(chunk, at)) <= chunk.length; at += size) found(chunk.subarray(at, at + size))
    filled = chunk.length - at
    kept.set(chunk.subarray(at))
  }
}
