/// Code that loads with the first session and not with the package's entry: parcels, the explanation of a failed key exchange, and synchronous features that few
/// sessions use.
export { Outgoing, Parcels } from '../../parcels/index.ts'
export { Agent } from '../agent.ts'
export { KnownHosts } from '../known-hosts.ts'
export { readExtensions, readFirstExchange } from './first-exchange.ts'
export { hostKeyVerifier } from './host-key-verifier.ts'
export { Negotiation } from './negotiation.ts'
export { checkedLimits } from './rekey-limits.ts'
