import type { Bytes } from '../wire-format/bytes.ts'

/** Big-endian bytes as a number; no bytes are zero. */
export function bytesToNumber(bytes: Uint8Array): bigint {
  let hex = '0x0'
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return BigInt(hex)
}

/** Big-endian bytes of a number that is not negative; `length` pads with zeros in front. */
export function numberToBytes(number: bigint, length = 0): Bytes {
  const hex = number.toString(16)
  const digits = hex.padStart(Math.max(length * 2, hex.length + hex.length % 2), '0')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(i * 2, i * 2 + 2), 16))
}

/** Pads in front with zeros, or takes leading zeros away, to be exactly `length` bytes; undefined where the number does not fit. */
export function fixedLength(bytes: Uint8Array, length: number): Bytes | undefined {
  const extra = bytes.length - length
  if (extra > 0 && bytes.subarray(0, extra).some((byte) => byte !== 0)) return undefined
  const fixed = new Uint8Array(length)
  fixed.set(bytes.subarray(Math.max(0, extra)), Math.max(0, -extra))
  return fixed
}
