/// `#host-crypto`: AES and HMAC of the runtime, if they are synchronous.

/** Synchronous AES and HMAC of a runtime. Everything works in place, on views that are invalid after the call. */
export interface HostCrypto {
  /** AES in counter mode, which continues from call to call. */
  aesCtr(key: Uint8Array, counter: Uint8Array): (data: Uint8Array) => void
  aesGcm(key: Uint8Array): PacketCipher
  hmac(hash: 'sha256' | 'sha512', key: Uint8Array): (parts: readonly Uint8Array[]) => Uint8Array
}

/** AES-GCM of whole packets. */
export interface PacketCipher {
  seal(nonce: Uint8Array, associated: Uint8Array, data: Uint8Array, tag: Uint8Array): void
  /** Like `seal`, but returns the ciphertext, in its own memory, and the tag. `data` is unchanged. */
  sealed(nonce: Uint8Array, associated: Uint8Array, data: Uint8Array): [ciphertext: Uint8Array, tag: Uint8Array]
  /** @throws for a wrong tag; `data` is then unchanged. */
  open(nonce: Uint8Array, associated: Uint8Array, data: Uint8Array, tag: Uint8Array): void
  /** Like `open`, but returns the plaintext in its own memory. `data` is unchanged. */
  opened(nonce: Uint8Array, associated: Uint8Array, data: Uint8Array, tag: Uint8Array): Uint8Array
}

/** The runtime's own implementation, if it has one that passes the checks. */
export declare function hostCrypto(): HostCrypto | undefined
