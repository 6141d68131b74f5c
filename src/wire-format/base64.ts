import type { Bytes } from './bytes.ts'
import { WireFormatError } from './wire-format-error.ts'

/** Bytes that are encoded at a time, groups of three: a function takes only so many operands. */
const PART = 3 << 12

/** Base64 of RFC 4648 section 4, in one flat string: one that grows by characters takes V8 32 bytes for each. `pad: false` omits the `=`, as in `SHA256:` fingerprints. */
export function encodeBase64(bytes: Uint8Array, options: { readonly pad?: boolean } = {}): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += PART) text += btoa(String.fromCharCode(...bytes.subarray(at, at + PART)))
  return options.pad === false ? text.replaceAll('=', '') : text
}

/** Base64url of RFC 4648 section 5, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes, { pad: false }).replaceAll('+', '-').replaceAll('/', '_')
}

/**
 * Decodes base64, given as text or as its ASCII bytes; white space is skipped, padding may be missing.
 * Any other character outside the alphabet, misplaced padding and stray bits at the end throw a `WireFormatError`.
 */
export function decodeBase64(text: string | Uint8Array): Bytes {
  const bytes = new Uint8Array(Math.ceil(text.length * 3 / 4))
  let length = 0, bits = 0, count = 0, padding = 0
  for (let i = 0; i < text.length; i++) {
    const code = typeof text === 'string' ? text.charCodeAt(i) : text[i]!
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) continue
    if (code === 0x3d) {
      padding++
      continue
    }
    const value = digit(code)
    if (value < 0 || padding > 0) throw new WireFormatError('not base64')
    bits = (bits << 6 | value) & 0xffffff
    count++
    if (count % 4 === 1) continue
    bytes[length++] = bits >> (count % 4 === 2 ? 4 : count % 4 === 3 ? 2 : 0) & 0xff
  }
  const tail = count % 4
  const stray = tail === 2 ? bits & 0xf : tail === 3 ? bits & 0x3 : 0
  if (tail === 1 || stray !== 0 || (padding > 0 && (tail === 0 || padding + tail !== 4))) throw new WireFormatError('base64 ends badly')
  const exact = bytes.slice(0, length)
  bytes.fill(0)
  return exact
}

function digit(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52
  if (code === 0x2b) return 62
  return code === 0x2f ? 63 : -1
}
