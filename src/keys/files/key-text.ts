import { decodeBase64 } from '../../wire-format/base64.ts'
import { type Bytes, copyBytes, decodeText, encodeText } from '../../wire-format/bytes.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'

/** Far above any key: a 16384-bit RSA key takes 13 kB. */
export const MAXIMUM_LENGTH = 256 * 1024

/**
 * The text of a key file as people have it, as bytes, without what surrounds it: byte order marks, UTF-16 (PowerShell's `>`), quotes, white
 * space.
 * The result is a copy, which the caller zeroes. Bytes do not become a string: they may be a private key.
 */
export function keyText(source: string | Uint8Array): Bytes {
  const bytes = typeof source === 'string' ? encodeText(source) : copyBytes(source)
  // Binary data has no white space to trim.
  if (startsWith(bytes, 'openssh-key-v1\0')) return bytes
  const order = bytes[0] === 0xff && bytes[1] === 0xfe ? 0 : bytes[0] === 0xfe && bytes[1] === 0xff ? 1 : undefined
  return unquoted(order === undefined ? bytes : narrow(bytes, order))
}

/** UTF-16 of ASCII characters as one byte each, in place. @param low which of the two bytes is the character */
function narrow(bytes: Bytes, low: 0 | 1): Bytes {
  const length = bytes.length >> 1
  for (let i = 0; i < length; i++) bytes[i] = bytes[2 * i + (1 - low)] === 0 ? bytes[2 * i + low]! : i === 0 ? 0x20 : 0x3f
  bytes.fill(0, length)
  return bytes.subarray(0, length)
}

const isBlank = (byte: number | undefined) => byte !== undefined && byte <= 0x20
const QUOTES = [0x22, 0x27, 0x60]

function unquoted(bytes: Bytes): Bytes {
  let start = 0, end = bytes.length
  for (;;) {
    while (start < end && isBlank(bytes[start])) start++
    while (start < end && isBlank(bytes[end - 1])) end--
    if (startsWith(bytes.subarray(start, end), '\ufeff')) start += 3
    else if (end - start > 1 && QUOTES.includes(bytes[start]!) && bytes[start] === bytes[end - 1]) [start, end] = [start + 1, end - 1]
    else if (!isBlank(bytes[start])) return bytes.subarray(start, end)
    if (start >= end) return bytes.subarray(start, end)
  }
}

export function startsWith(bytes: Uint8Array, text: string): boolean {
  const beginning = encodeText(text)
  return beginning.every((byte, index) => bytes[index] === byte)
}

/** The content of a whole file in base64, as cloud tools store keys; undefined if the text is not base64. */
export function decodedWhole(text: Bytes): Bytes | undefined {
  if (text.length < 64 || !text.every((byte) => isBlank(byte) || BASE64.has(byte))) return undefined
  try {
    return decodeBase64(text)
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

const BASE64 = /* @__PURE__ */ new Set(/* @__PURE__ */ encodeText('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='))

/** The beginning as text, to tell a person what it is. */
export const beginning = (bytes: Uint8Array) => decodeText(bytes.subarray(0, 200))
