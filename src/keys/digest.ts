import { ownBytes } from '../wire-format/bytes.ts'
import { Part, type Step } from './steps.ts'

export type Hash = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'

/** The same, synchronously: WebCrypto only returns promises. */
export interface SynchronousDigests {
  digest(hash: Hash, data: Uint8Array): Uint8Array
  pbkdf2(hash: Hash, passphrase: Uint8Array, salt: Uint8Array, iterations: number, length: number): Uint8Array
  scrypt(passphrase: Uint8Array, salt: Uint8Array, options: { readonly N: number, readonly r: number, readonly p: number }, length: number): Uint8Array
}

/** Set by code that reads keys synchronously. */
export const SYNCHRONOUS_DIGESTS = /* @__PURE__ */ new Part<SynchronousDigests>(() => Promise.reject(new Error('WebCrypto is there')))

/** A hash from WebCrypto. */
export function digest(hash: Hash, data: Uint8Array): Step<Uint8Array<ArrayBuffer>> {
  return {
    later: async () => new Uint8Array(await crypto.subtle.digest(hash, ownBytes(data))),
    now: () => new Uint8Array(SYNCHRONOUS_DIGESTS.now().digest(hash, data)),
  }
}
