/**
 * The packets of the floor: data is sealed and opened with one key and nonce by `node:crypto`. What goes beside it is only framed, as whoever seals it, at whatever cost, has its bytes on
 * the wire: the floor may take less than any client can, and never more.
 */
import type { Socket } from 'node:net'
import { nodeCrypto } from '../../src/transports/host-crypto/node.ts'
import { packetReader } from './packet-reader.ts'
import { BODY, LENGTH_FIELD, TAG } from './packet-sizes.ts'

export const sizeOf = (body: number) => LENGTH_FIELD + body + TAG

const gcm = nodeCrypto.aesGcm(new Uint8Array(16))
const nonce = new Uint8Array(12)
const noTag = new Uint8Array(TAG)

function lengthField(body: number): Uint8Array {
  const field = new Uint8Array(LENGTH_FIELD)
  new DataView(field.buffer).setUint32(0, body)
  return field
}

const full = lengthField(BODY)

const bodyOf = (packet: Uint8Array) => packet.subarray(LENGTH_FIELD, -TAG)

/** The parts of a packet. */
export const seal = (body: Uint8Array, length = lengthField(body.length)): readonly Uint8Array[] => [length, ...gcm.sealed(nonce, length, body)]

/** A packet that is not sealed. */
export const framed = (body: Uint8Array): Uint8Array => Buffer.concat([lengthField(body.length), body, noTag])

/** Opens the packets in what a socket has read. */
export const opener = (opened: (body: Uint8Array) => void) => packetReader((packet) => opened(gcm.opened(nonce, packet.subarray(0, LENGTH_FIELD), bodyOf(packet), packet.subarray(-TAG))))

/** Finds the bodies of packets that are not sealed. */
export const unframer = (found: (body: Uint8Array) => void) => packetReader((packet) => found(bodyOf(packet)))

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
