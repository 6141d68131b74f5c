/** The packets of the floor: a length and what is sealed, with one key and nonce, by `node:crypto`. */
import type { Socket } from 'node:net'
import { nodeCrypto } from '../../src/transports/host-crypto/node.ts'
import { BODY, LENGTH_FIELD, TAG } from './packet-sizes.ts'

export const sizeOf = (body: number) => LENGTH_FIELD + body + TAG

const gcm = nodeCrypto.aesGcm(new Uint8Array(16))
const nonce = new Uint8Array(12)

const bodyLength = (bytes: Uint8Array, at: number) => bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!

function lengthField(body: number): Uint8Array {
  const field = new Uint8Array(LENGTH_FIELD)
  new DataView(field.buffer).setUint32(0, body)
  return field
}

const full = lengthField(BODY)

const open = (packet: Uint8Array) => gcm.opened(nonce, packet.subarray(0, LENGTH_FIELD), packet.subarray(LENGTH_FIELD, -TAG), packet.subarray(-TAG))

/** The parts of a packet. */
export const seal = (body: Uint8Array, length = lengthField(body.length)): readonly Uint8Array[] => [length, ...gcm.sealed(nonce, length, body)]

/** Opens the packets in what a socket has read; a packet whose end has not arrived is kept. */
export function opener(opened: (body: Uint8Array) => void): (chunk: Uint8Array) => void {
  const kept = new Uint8Array(sizeOf(BODY))
  let filled = 0
  return (chunk) => {
    let at = 0
    while (filled > 0) {
      const size = filled < LENGTH_FIELD ? LENGTH_FIELD : sizeOf(bodyLength(kept, 0))
      const part = chunk.subarray(at, at + size - filled)
      kept.set(part, filled)
      at += part.length
      filled += part.length
      if (filled < size) return
      if (size === LENGTH_FIELD) continue
      filled = 0
      opened(open(kept.subarray(0, size)))
    }
    for (let size: number; at + LENGTH_FIELD <= chunk.length && at + (size = sizeOf(bodyLength(chunk, at))) <= chunk.length; at += size) opened(open(chunk.subarray(at, at + size)))
    filled = chunk.length - at
    kept.set(chunk.subarray(at))
  }
}

/** Seals full packets; resolves when the socket takes more. */
export async function send(socket: Socket, data: Uint8Array): Promise<void> {
  let room = true
  socket.cork()
  for (let at = 0; at < data.length; at += BODY) {
    for (const part of seal(data.subarray(at, at + BODY), full)) room = socket.write(part)
  }
  socket.uncork()
  if (!room) await new Promise((resolve) => { socket.once('drain', resolve) })
}
