import type { Bytes } from '../wire-format/bytes.ts'

/** Big-endian bytes as a number; no bytes are zero. It avoids hexadecimal digits, because a private key must not become a string. */
export function bytesToNumber(bytes: Uint8Array): bigint {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let number = 0n, at = 0
  for (; at < bytes.length % 8; at++) number = number << 8n | BigInt(bytes[at]!)
  for (; at < bytes.length; at += 8) number = number << 64n | words.getBigUint64(at)
  return number
}

/** Big-endian bytes of a non-negative number below 256 to the power of `length`, with leading zeros. */
export function numberToBytes(number: bigint, length: number): Bytes {
  const bytes = new Uint8Array(length)
  const words = new DataView(bytes.buffer)
  let at = length
  for (; at >= 8; number >>= 64n) words.setBigUint64(at -= 8, BigInt.asUintN(64, number))
  for (; at > 0; number >>= 8n) bytes[--at] = Number(BigInt.asUintN(8, number))
  return bytes
}

/** Adds or removes leading zeros, to make exactly `length` bytes; undefined if the number does not fit. */
export function fixedLength(bytes: Uint8Array, length: number): Bytes | undefined {
  const extra = bytes.length - length
  if (extra > 0 && bytes.subarray(0, extra).some((byte) => byte !== 0)) return undefined
  const fixed = new Uint8Array(length)
  fixed.set(bytes.subarray(Math.max(0, extra)), Math.max(0, -extra))
  return fixed
}
