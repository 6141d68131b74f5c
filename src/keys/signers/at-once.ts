import type { Signer } from './signer.ts'

/**
 * Keys in memory that sign in less time than a message to a server and its answer take, ask nobody, and have one algorithm. A login sends their signature with the
 * key, as `ssh` does with the keys of files, and does not ask first whether the server would take the key.
 */
export const signsAtOnce = new WeakSet<Signer>()
