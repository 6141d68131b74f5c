/** The packets of the floor: of two sizes, sealed with one key and nonce by `node:crypto`. */
import type { Socket } from 'node:net'
import { nodeCrypto } from '../../src/transports/host-crypto/node.ts'
import { BODY, LENGTH_FIELD, TAG } from './packet-sizes.ts'

export const sizeOf = (body: number) => LENGTH_FIELD + body + TAG

const gcm = nodeCrypto.aesGcm(new Uint8Array(16))
const nonce = new Uint8Array(12)

function lengthField(body: number): Uint8Array {
  const field = new Uint8Array(LENGTH_FIELD)
  new DataView(field.buffer).setUint32(0, body)
  return field
}

const full = lengthField(BODY)

const open = (packet: Uint8Array) => gcm.opened(nonce, packet.subarray(0, LENGTH_FIELD), packet.subarray(LENGTH_FIELD, -TAG), packet.subarray(-TAG))

/** The parts of a packet. */
const seal = (body: Uint8Array, length: Uint8Array): readonly Uint8Array[] => [length, ...gcm.sealed(nonce, length, body)]

/** Packets of zeros, one behind the other. @param body the bytes in each */
export function sealedZeros(count: number, body: number): Uint8Array {
  const packet = seal(new Uint8Array(body), lengthField(body))
  return Buffer.concat(Array.from({ length: count }, () => packet).flat())
}

/** Opens the packets in what a socket has read; a packet whose end has not arrived is kept. @param body the bytes in each */
export function opener(body: number, opened: (body: Uint8Array) => void): (chunk: Uint8Array) => void {
  const size = sizeOf(body)
  const kept = new Uint8Array(size)
  let filled = 0
  return (chunk) => {
    let at = 0
    if (filled > 0) {
      at = Math.min(size - filled, chunk.length)
      kept.set(chunk.subarray(0, at), filled)
      filled += at
      if (filled < size) return
      opened(open(kept))
    }
    for (; at + size <= chunk.length; at += size) opened(open(chunk.subarray(at, at + size)))
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
