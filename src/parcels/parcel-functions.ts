import type { ParcelFunctions } from '../ffi/host.ts'
import type { Outgoing } from './outgoing.ts'
import type { Parcels } from './parcels.ts'

/** C's operations on the parcels of a session. The methods are bound, since V8 compiles them into functions that only pass operands on, and then once more. */
export const parcelFunctions = (parcels: Parcels, outgoing: Outgoing): ParcelFunctions => ({
  parcelTake: parcels.take.bind(parcels),
  parcelKeep: parcels.keep.bind(parcels),
  parcelGive: parcels.give.bind(parcels),
  parcelCopy: parcels.copy.bind(parcels),
  parcelFree: parcels.free.bind(parcels),
  read: parcels.read.bind(parcels),
  textCopy: outgoing.copy.bind(outgoing),
  textSeal: outgoing.seal.bind(outgoing),
})
