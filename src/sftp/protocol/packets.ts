import { setUint32 } from '../../wire-format/bytes.ts'
import { inRange, WireWriter } from '../../wire-format/writer.ts'
import { FXP_WRITE } from './messages.ts'

/** A request without data: length, type, id, and what `body` writes. */
export function packetOf(type: number, id: number, body: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter(64).uint32(0).byte(type).uint32(id)
  body(writer)
  const packet = writer.finish()
  setUint32(packet, 0, packet.length - 4)
  return packet
}

/**
 * A request that begins with a handle, and space for what follows it. Without a writer: a transfer consists of such requests, and V8 would compile all of the writer for them.
 * @param data bytes of the packet that are elsewhere
 */
export function handlePacket(type: number, id: number, handle: Uint8Array, space = 0, data = 0): Uint8Array {
  const packet = new Uint8Array(13 + handle.length + space)
  setUint32(packet, 0, packet.length - 4 + data)
  packet[4] = type
  setUint32(packet, 5, id)
  setUint32(packet, 9, handle.length)
  packet.set(handle, 13)
  return packet
}

/** READ, or WRITE up to its data: handle, offset, length. */
export function rangeHead(type: number, id: number, handle: Uint8Array, offset: number, length: number): Uint8Array {
  const packet = handlePacket(type, id, handle, 12, type === FXP_WRITE ? length : 0)
  const place = packet.length - 12
  setUint32(packet, place, inRange(Math.floor(offset / 2 ** 32), 0xffffffff))
  setUint32(packet, place + 4, inRange(offset % 2 ** 32, 0xffffffff))
  setUint32(packet, place + 8, inRange(length, 0xffffffff))
  return packet
}
