/// What a session loads of this room: README.md says what parcels are.
export { parcelFunctions } from './parcel-functions.ts'
export { Parcels } from './parcels.ts'
