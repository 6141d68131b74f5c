/** The packets of the floor: of one size, sealed with one key and nonce by `node:crypto`. */
import type { Socket } from 'node:net'
import { nodeCrypto } from '../../src/transports/host-crypto/node.ts'

/** The bytes of data in a packet. */
export const BODY = 32_768
const LENGTH_FIELD = 4
const TAG = 16
const SIZE = LENGTH_FIELD + BODY + TAG

const gcm = nodeCrypto.aesGcm(new Uint8Array(16))
const nonce = new Uint8Array(12)
const length = new Uint8Array(LENGTH_FIELD)
new DataView(length.buffer).setUint32(0, BODY)

const open = (packet: Uint8Array) => gcm.opened(nonce, packet.subarray(0, LENGTH_FIELD), packet.subarray(LENGTH_FIELD, -TAG), packet.subarray(-TAG))

/** The parts of a packet. */
export const seal = (body: Uint8Array): readonly Uint8Array[] => [length, ...gcm.sealed(nonce, length, body)]

/** Packets of zeros, one behind the other. */
export function sealedZeros(count: number): Uint8Array {
  const packet = seal(new Uint8Array(BODY))
  return Buffer.concat(Array.from({ length: count }, () => packet).flat())
}

/** Opens the packets in what a socket has read; a packet whose end has not arrived is kept. */
export function opener(opened: (body: Uint8Array) => void): (chunk: Uint8Array) => void {
  const kept = new Uint8Array(SIZE)
  let filled = 0
  return (chunk) => {
    let at = 0
    if (filled > 0) {
      at = Math.min(SIZE - filled, chunk.length)
      kept.set(chunk.subarray(0, at), filled)
      filled += at
      if (filled < SIZE) return
      opened(open(kept))
    }
    for (; at + SIZE <= chunk.length; at += SIZE) opened(open(chunk.subarray(at, at + SIZE)))
    filled = chunk.length - at
    kept.set(chunk.subarray(at))
  }
}

/** Seals whole packets; resolves when the socket takes more. */
export async function send(socket: Socket, data: Uint8Array): Promise<void> {
  let room = true
  socket.cork()
  for (let at = 0; at < data.length; at += BODY) {
    for (const part of seal(data.subarray(at, at + BODY))) room = socket.write(part)
  }
  socket.uncork()
  if (!room) await new Promise((resolve) => { socket.once('drain', resolve) })
}
