/** Counts the packets of a connection on the wire, where it does not matter who seals them. */
import { packetReader } from './packet-reader.ts'
import { ADJUSTMENT, LENGTH_FIELD, TAG } from './packet-sizes.ts'

export interface Small {
  /** Packets of the size of a window adjustment. */
  adjustments: number
  /** Larger ones, which hold SFTP's requests or replies without data, and the bytes that are sealed in them. */
  messages: number
  messageBytes: number
}

/** Beyond this, packets have data. */
const MOST = 4 << 10
const [LINE_FEED, NEWKEYS] = [10, 21]

export const none = (): Small => ({ adjustments: 0, messages: 0, messageBytes: 0 })

/**
 * Counts what one side says, in any pieces: its identification (RFC 4253 section 4.2), plain packets up to SSH_MSG_NEWKEYS, and those of aes128-gcm@openssh.com, which alone are counted.
 * A key exchange later on changes the keys and not the framing.
 */
export function wireCounter(small: Small): (chunk: Uint8Array) => void {
  let [identified, secret] = [false, false]
  const read = packetReader((packet) => {
    // Behind the length of the padding.
    if (!secret) secret = packet[LENGTH_FIELD + 1] === NEWKEYS
    else count(small, packet.length - LENGTH_FIELD - TAG)
  }, () => (secret ? TAG : 0))
  return (chunk) => {
    if (identified) {
      read(chunk)
      return
    }
    const end = chunk.indexOf(LINE_FEED)
    if (end < 0) return
    identified = true
    read(chunk.subarray(end + 1))
  }
}

function count(small: Small, body: number): void {
  if (body === ADJUSTMENT) small.adjustments += 1
  else if (body > ADJUSTMENT && body < MOST) {
    small.messages += 1
    small.messageBytes += body
  }
}
