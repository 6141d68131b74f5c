import type { Bytes } from '../wire-format/bytes.ts'

/** Pairs of hexadecimal digits as bytes; undefined if the text is anything else. */
export function decodeHex(text: string): Bytes | undefined {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(i * 2, i * 2 + 2), 16))
}
