import type { Signer } from './signer.ts'

/**
 * Keys in memory that sign soon, ask nobody, and have one algorithm. A login sends their signature with the
 * key, and does not ask first whether the server would take the key (RFC 4252 section 7 leaves that to the client).
 */
export const signsAtOnce = new WeakSet<Signer>()
