/// The part of this folder that a session loads: README.md explains parcels.
export { Outgoing } from './outgoing.ts'
export { Parcels } from './parcels.ts'
