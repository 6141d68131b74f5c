import { ctrIsSound } from './check-ctr.ts'
import { gcmIsSound } from './check-gcm.ts'
import { hmacIsSound } from './check-hmac.ts'
import type { HostCrypto } from '../../runtime/host-crypto.ts'

/**
 * Whether a runtime's crypto does what we rely on: published values, counter carries, several packets with one key, and rejection of
 * forgeries. Runtimes have shipped AES-GCM that never checked the tag.
 */
export function isSound(crypto: HostCrypto): boolean {
  const { stackTraceLimit } = Error
  try {
    // V8 takes longer to record the stack of the errors for 80 forgeries than the runtime to refuse them.
    Reflect.set(Error, 'stackTraceLimit', 0)
    return ctrIsSound(crypto) && gcmIsSound(crypto) && hmacIsSound(crypto)
  } catch {
    return false
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}
