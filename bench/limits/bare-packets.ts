/** Packets and messages of SSH (RFC 4253 section 6, RFC 4254) as the bare client makes them. */
import { LENGTH_FIELD } from './packet-sizes.ts'

export const SSH_MSG = {
  DISCONNECT: 1, IGNORE: 2, DEBUG: 4, GLOBAL_REQUEST: 80, CHANNEL_OPEN: 90, CHANNEL_OPEN_CONFIRMATION: 91, CHANNEL_WINDOW_ADJUST: 93, CHANNEL_DATA: 94, CHANNEL_EOF: 96, CHANNEL_CLOSE: 97,
  CHANNEL_REQUEST: 98, CHANNEL_SUCCESS: 99,
} as const

/** A number is a uint32, text and bytes are strings of RFC 4251 section 5. */
export type Field = number | boolean | string | Uint8Array

const BLOCK = 16
const LEAST_PADDING = 4
/** Behind the lengths of the packet and of its padding. */
const PAYLOAD = LENGTH_FIELD + 1
/** In the payload of SSH_MSG_CHANNEL_DATA: number, recipient channel, length. */
export const DATA_HEAD = 9
/** Where its data begins in a packet. */
export const DATA = PAYLOAD + DATA_HEAD

function encoded(field: Field): Buffer {
  if (typeof field === 'boolean') return Buffer.from([Number(field)])
  const number = Buffer.alloc(4)
  if (typeof field === 'number') {
    number.writeUInt32BE(field)
    return number
  }
  const bytes = Buffer.from(field as Uint8Array)
  number.writeUInt32BE(bytes.length)
  return Buffer.concat([number, bytes])
}

export const message = (number: number, ...fields: readonly Field[]): Buffer => Buffer.concat([Buffer.from([number]), ...fields.map(encoded)])

/** A packet with room for the payload. Its padding is zeros: it only has to be there. */
function empty(payload: number): Buffer {
  const unpadded = 1 + payload
  const padding = LEAST_PADDING + (2 * BLOCK - LEAST_PADDING - unpadded % BLOCK) % BLOCK
  const packet = Buffer.alloc(LENGTH_FIELD + unpadded + padding)
  packet.writeUInt32BE(unpadded + padding)
  packet.writeUInt8(padding, LENGTH_FIELD)
  return packet
}

export function packetOf(payload: Uint8Array): Buffer {
  const packet = empty(payload.length)
  packet.set(payload, PAYLOAD)
  return packet
}

/** A packet with SSH_MSG_CHANNEL_DATA, and room for so many bytes at `DATA`. */
export function dataPacket(recipient: number, bytes: number): Buffer {
  const packet = empty(DATA_HEAD + bytes)
  packet.writeUInt8(SSH_MSG.CHANNEL_DATA, PAYLOAD)
  packet.writeUInt32BE(recipient, PAYLOAD + 1)
  packet.writeUInt32BE(bytes, PAYLOAD + 5)
  return packet
}

/** RFC 5647 section 7.1: the last eight bytes count the packets. */
export function increase(nonce: Uint8Array): void {
  for (let at = nonce.length - 1; at >= nonce.length - 8; at--) {
    nonce[at]! += 1
    if (nonce[at] !== 0) return
  }
}
