import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from 'node:crypto'
import { isSound } from './check.ts'
import type { HostCrypto, PacketCipher } from '../../runtime/host-crypto.ts'

const TAG = { authTagLength: 16 } as const

/** A shorter result would leave plaintext in place of ciphertext. */
function replace(data: Uint8Array, result: Uint8Array): void {
  if (result.length !== data.length) throw new RangeError('a cipher of the runtime returned a wrong length')
  data.set(result)
}

/** `node:crypto` of Node, Deno and Bun. The keys are `KeyObject`s; those of AES-GCM are in the module too, which has small packets for itself (wasm/crypto-gcm.c). */
export const nodeCrypto: HostCrypto = {
  aesCtr(key, counter) {
    const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, createSecretKey(key), counter)
    return (data) => replace(data, cipher.update(data))
  },

  aesGcm(key) {
    const name = key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm'
    const secret = createSecretKey(key)
    const opened: PacketCipher['opened'] = (nonce, associated, data, tag) => {
      const decipher = createDecipheriv(name, secret, nonce, TAG)
      decipher.setAAD(associated)
      decipher.setAuthTag(tag)
      const plain = decipher.update(data)
      decipher.final()
      return plain
    }
    const sealed: PacketCipher['sealed'] = (nonce, associated, data) => {
      const cipher = createCipheriv(name, secret, nonce, TAG)
      cipher.setAAD(associated)
      const ciphertext = cipher.update(data)
      cipher.final()
      return [ciphertext, cipher.getAuthTag()]
    }
    return {
      opened,
      sealed,
      open: (nonce, associated, data, tag) => replace(data, opened(nonce, associated, data, tag)),
      seal(nonce, associated, data, tag) {
        const [ciphertext, mark] = sealed(nonce, associated, data)
        replace(data, ciphertext)
        tag.set(mark)
      },
    }
  },

  hmac(hash, key) {
    const secret = createSecretKey(key)
    return (parts) => {
      const hmac = createHmac(hash, secret)
      for (const part of parts) hmac.update(part)
      return hmac.digest()
    }
  },
}

/**
 * One object of each kind that a packet needs for a moment. V8 forgets the hidden class of a kind when a collection finds none of them, and then compiles again all code that has met it.
 */
function examples(): readonly unknown[] {
  const [key, iv] = [new Uint8Array(16), new Uint8Array(12)]
  const cipher = createCipheriv('aes-128-gcm', key, iv, TAG)
  return [cipher, createDecipheriv('aes-128-gcm', key, iv, TAG), cipher.update(key)]
}

let checked: { readonly crypto: HostCrypto | undefined, readonly kept?: readonly unknown[] } | undefined

/** This runtime's crypto, if it is complete and `isSound`. */
export function hostCrypto(): HostCrypto | undefined {
  checked ??= isSound(nodeCrypto) ? { crypto: nodeCrypto, kept: examples() } : { crypto: undefined }
  return checked.crypto
}
