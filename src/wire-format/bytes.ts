import { wellFormed } from '../errors/arguments.ts'
import { binaryOf, bytesOf, encoder } from './bytes-of.ts'

/** Bytes that are certainly not in shared memory, as WebCrypto requires. */
export type Bytes = Uint8Array<ArrayBuffer>

/** The same memory as a plain `Uint8Array` if it is not shared, otherwise a copy. */
export function ownBytes(bytes: Uint8Array): Bytes {
  if (!(bytes.buffer instanceof ArrayBuffer)) return copyBytes(bytes)
  return Object.getPrototypeOf(bytes) === Uint8Array.prototype ? bytes as Bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Always a copy: `slice` of Node's `Buffer` does not make one. */
export function copyBytes(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes)
}

/** Bytes of all parts together. */
export function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  return joinBytes(parts)
}

/** For lists of any length: the number of arguments of a call is limited. */
export function joinBytes(parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(sizeOf(parts))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Compares without stopping at the first difference: safe for MACs. The lengths are not secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** Strings as UTF-8; bytes unchanged. @param name of the argument, for the error. @throws TypeError for anything else, and for text that UTF-8 cannot hold */
export function encodeText(text: string | Uint8Array, name = 'text'): Bytes {
  return typeof text === 'string' ? encoder.encode(wellFormed(text, name)) : ownBytes(bytesOf(text, name))
}

/** A copy of a caller's bytes. @throws TypeError for anything else: a number would be a length */
export function copyOf(bytes: Uint8Array, name: string): Bytes {
  return copyBytes(binaryOf(bytes, name))
}

const decoder = /* @__PURE__ */ new TextDecoder()

/** Bytes as text; invalid UTF-8 becomes U+FFFD. For comments and messages, never for names that are compared. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

// A `DataView` of a few bytes costs more than all that is read from it: V8 then keeps their memory outside its own heap.

/** The big-endian number at `at`, as all numbers of SSH and SFTP. */
export function getUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! * 0x1000000) + (bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!)
}

/** Writes a number of 32 bits, big-endian. */
export function setUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
