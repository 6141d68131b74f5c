import type { PresentedKey } from '../presented-key.ts'

/** Whether a list of revoked keys contains a key, or the authority of its certificate. */
export type IsRevoked = (key: PresentedKey) => Promise<boolean>
