/// The part of this folder that a session loads: README.md explains parcels.
export { parcelFunctions } from './parcel-functions.ts'
export { Outgoing } from './outgoing.ts'
export { Parcels } from './parcels.ts'
