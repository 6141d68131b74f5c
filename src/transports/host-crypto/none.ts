import type { HostCrypto } from '../../runtime/host-crypto.ts'

/** Browsers and Workers: their crypto is asynchronous, which costs more for a packet than our own needs for all of it. */
export function hostCrypto(): HostCrypto | undefined {
  return undefined
}
