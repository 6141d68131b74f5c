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
  return {
    parcelTake(key, nonce, room, taken, head) {
      const packet = parcels.take(keys.get(key) as PacketCipher, heap.view(nonce, NONCE), room)
      const tell = (field: number, value: number) => heap.setU32((taken + field) as Bytes, value)
      if (typeof packet === 'number') {
        tell(TAKEN_PACKET.most, packet)
        return 0
      }
      tell(TAKEN_PACKET.size, packet.size)
      tell(TAKEN_PACKET.packet_length, packet.packetLength)
      heap.write(head, packet.head.subarray(0, HOST_PARCEL_HEAD))
      return packet.parcel
    },
    parcelKeep: (message, length) => parcels.keep(heap.view(message, length)),
    parcelGive: (parcel, at, length) => parcels.give(parcel, at, length),
    parcelCopy: (parcel, at, to, length) => parcels.copy(parcel, at, heap.view(to, length)),
    parcelFree: (parcel) => parcels.free(parcel),
    read: (bytes, length) => parcels.read(heap.view(bytes, length)),
    textCopy: (to, length) => outgoing.copy(heap.view(to, length)),
    textSeal(key, nonce, packet, head, length, padding) {
      const start = heap.view(packet, head)
      return outgoing.seal(keys.get(key) as PacketCipher, heap.view(nonce, NONCE), start, length, heap.view((packet + head) as Bytes, padding))
    },
  }
}
