/// `#host-crypto`: AES and HMAC of the runtime, where they are synchronous.

/** Synchronous AES and HMAC of a runtime. Everything works in place, on views that are gone after the call. */
export interface HostCrypto {
  /** AES in counter mode: goes on from call to call. */
  aesCtr(key: Uint8Array, counter: Uint8Array): (data: Uint8Array) => void
  aesGcm(key: Uint8Array): PacketCipher
  hmac(hash: 'sha256' | 'sha512', key: Uint8Array): (parts: readonly Uint8Array[]) => Uint8Array
}

/** AES-GCM of whole packets. */
export interface PacketCipher {
  seal(nonce: Uint8Array, associated: Uint8Array, data: Uint8Array, tag: Uint8Array): void
  /** @throws for a wrong tag; `data` is as it was then. */
  open(nonce: Uint8Array, associated: Uint8Array, data: Uint8Array, tag: Uint8Array): void
  /** As `open`, but the text is in memory of its own. `data` stays as it is. */
  opened(nonce: Uint8Array, associated: Uint8Array, data: Uint8Array, tag: Uint8Array): Uint8Array
}

/** The runtime's own, if it has them and they do what is relied on. */
export declare function hostCrypto(): HostCrypto | undefined
