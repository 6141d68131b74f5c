import { Buffer } from 'node:buffer'

/** Bytes from hexadecimal digits. */
export const hex = (digits: string): Uint8Array => Buffer.from(digits, 'hex')

export const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Zeros around a copy, which show any write beside it. */
const MARGIN = 5

/** A copy inside a larger buffer, at an odd offset, as packets lie in linear memory. */
export function copy(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(bytes.length + 2 * MARGIN)
  room.set(bytes, MARGIN)
  return room.subarray(MARGIN, MARGIN + bytes.length)
}

/** Whether `part`, a `copy`, equals `wanted` now, and nothing was written beside it. */
export function became(part: Uint8Array, wanted: Uint8Array): boolean {
  return equal(new Uint8Array(part.buffer), new Uint8Array(copy(wanted).buffer))
}

/** More than runtimes process of a text at once; a block counter carries out of its last byte. Neighbouring blocks differ. */
export const LONG_TEXT = new Uint8Array(4_160)
for (let at = 0; at < LONG_TEXT.length; at++) LONG_TEXT[at] = at * 7 + (at >> 4) * 3

/** Whether `work` throws. */
export function refuses(work: () => void): boolean {
  try {
    work()
    return false
  } catch {
    return true
  }
}
