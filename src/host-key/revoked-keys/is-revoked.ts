import type { PresentedKey } from '../presented-key.ts'

/** Whether a key is on a list of revoked ones, or the authority of its certificate is. */
export type IsRevoked = (key: PresentedKey) => Promise<boolean>
