import type { Bytes } from '../ffi/exports.gen.ts'
import type { Heap } from '../ffi/heap.ts'
import { HOST_PARCEL_HEAD } from '../ffi/host.gen.ts'
import type { HostKeys } from '../ffi/host-keys.ts'
import type { ParcelFunctions } from '../ffi/host.ts'
import { TAKEN_PACKET } from '../ffi/layouts.gen.ts'
import type { PacketCipher } from '../runtime/host-crypto.ts'
import type { Outgoing } from './outgoing.ts'
import type { Parcels } from './parcels.ts'

const NONCE = 12

/** C's operations on the parcels of a session, in views of linear memory that are invalid after the call. */
export function parcelFunctions(parcels: Parcels, outgoing: Outgoing, keys: HostKeys, heap: Heap): ParcelFunctions {
  const [nonceAt, headAt, paddingAt] = [reader(heap), reader(heap), reader(heap)]
  return {
    parcelTake(key, nonce, room, taken, head) {
      const packet = parcels.take(keys.get(key) as PacketCipher, nonceAt(nonce, NONCE), room)
      if (typeof packet === 'number') {
        heap.setU32((taken + TAKEN_PACKET.most) as Bytes, packet)
        return 0
      }
      heap.setU32((taken + TAKEN_PACKET.size) as Bytes, packet.size)
      heap.setU32((taken + TAKEN_PACKET.packet_length) as Bytes, packet.packetLength)
      heap.write(head, packet.head.subarray(0, HOST_PARCEL_HEAD))
      return packet.parcel
    },
    parcelKeep: (message, length) => parcels.keep(heap.view(message, length)),
    parcelGive: (parcel, at, length) => parcels.give(parcel, at, length),
    parcelCopy: (parcel, at, to, length) => parcels.copy(parcel, at, heap.view(to, length)),
    parcelFree: (parcel) => parcels.free(parcel),
    read: (bytes, length) => parcels.read(heap.view(bytes, length)),
    textCopy: (to, length) => outgoing.copy(heap.view(to, length)),
    textSeal: (key, nonce, packet, head, length, padding) =>
      outgoing.seal(keys.get(key) as PacketCipher, nonceAt(nonce, NONCE), headAt(packet, head), length, paddingAt((packet + head) as Bytes, padding)),
  }
}

/** Reads a few bytes into the same memory each time: that costs less than a view. */
function reader(heap: Heap): (pointer: Bytes, length: number) => Uint8Array {
  let bytes = new Uint8Array(0)
  return (pointer, length) => {
    if (bytes.length !== length) bytes = new Uint8Array(length)
    for (let at = 0; at < length; at++) bytes[at] = heap.byte((pointer + at) as Bytes)
    return bytes
  }
}
