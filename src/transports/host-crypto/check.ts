import { ctrIsSound } from './check-ctr.ts'
import { gcmIsSound } from './check-gcm.ts'
import { hmacIsSound } from './check-hmac.ts'
import type { HostCrypto } from '../../runtime/host-crypto.ts'

/**
 * Whether a runtime's crypto does what we rely on: published values, counter carries, several packets with one key, and rejection of
 * forgeries. Runtimes have shipped AES-GCM that never checked the tag.
 */
export function isSound(crypto: HostCrypto): boolean {
  try {
    return ctrIsSound(crypto) && gcmIsSound(crypto) && hmacIsSound(crypto)
  } catch {
    return false
  }
}
