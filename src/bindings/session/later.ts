/// What loads with the first session and not with the package's entry: parcels, what tells why an exchange of keys failed, and what only some sessions ask for, at once.
export { parcelFunctions, Parcels } from '../../parcels/index.ts'
export { Agent } from '../agent.ts'
export { KnownHosts } from '../known-hosts.ts'
export { readExtensions, readFirstExchange } from './first-exchange.ts'
export { Negotiation } from './negotiation.ts'
export { checkedLimits } from './rekey-limits.ts'
