import { decodeBase64 } from '../../wire-format/base64.ts'
import { type Bytes, copyBytes, decodeText, encodeText } from '../../wire-format/bytes.ts'
import { findPem, type PemBlock } from '../../wire-format/pem.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { unescaped } from './escapes.ts'

/** Far above any key: a 16384-bit RSA key takes 13 kB. */
export const MAXIMUM_LENGTH = 256 * 1024

/**
 * The text of a key file as people have it, as bytes, without what surrounds it: byte order marks, UTF-16 (PowerShell's `>`), quotes, white space.
 * The result is a copy, which the caller zeroes. Bytes do not become a string: they may be a private key.
 */
export function keyText(source: string | Uint8Array): Bytes {
  const bytes = typeof source === 'string' ? encodeText(source) : copyBytes(source)
  // Binary data has no white space to trim.
  if (startsWith(bytes, 'openssh-key-v1\0') || isDer(bytes)) return bytes
  const order = utf16Order(bytes)
  return unquoted(order === undefined ? bytes : narrow(bytes, order))
}

/** Which byte of two has the character, in UTF-16; undefined for anything else. Without a byte order mark, the first character decides. */
function utf16Order([first, second]: Bytes): 0 | 1 | undefined {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 0
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0) ? 1 : undefined
}

/** Spaces and line breaks that web pages and word processors use instead of those of ASCII, as their UTF-8 bytes. Some are invisible. */
const ODD_BLANKS = /* @__PURE__ */ new Set([
  0xc285, 0xc2a0, ...Array.from({ length: 14 }, (_, index) => 0xe28080 + index), 0xe280a8, 0xe280a9, 0xe280af, 0xe281a0, 0xe38080, 0xefbbbf,
])

/** Replaces them with spaces, in place: armour contains none of them. @returns the text, which may have become shorter */
function withAsciiBlanks(text: Bytes): Bytes {
  let length = 0
  for (let at = 0; at < text.length; length++) {
    const first = text[at]!, pair = first << 8 | text[at + 1]!
    const size = first < 0xc2 ? 1 : ODD_BLANKS.has(pair) ? 2 : ODD_BLANKS.has(pair << 8 | text[at + 2]!) ? 3 : 1
    text[length] = size > 1 ? SPACE : first
    at += size
  }
  return text.subarray(0, length)
}

/** As `findPem`, in a text that was copied from a page or written as a string literal: armour contains no backslash, and only the white space of ASCII. */
export function findArmour(text: Bytes, wanted: (label: string) => boolean): PemBlock | undefined {
  const copy = copyBytes(text)
  try {
    return findPem(unescaped(withAsciiBlanks(copy)), wanted)
  } finally {
    copy.fill(0)
  }
}

const SPACE = 0x20
const PUTTY = 'PuTTY-User-Key-File-'

/** The text from the start of a PuTTY key on, whatever precedes it; undefined if there is none. */
export function puttyPart(text: Bytes): Bytes | undefined {
  for (let at = text.indexOf(PUTTY.charCodeAt(0)); at >= 0; at = text.indexOf(PUTTY.charCodeAt(0), at + 1)) {
    if (startsWith(text.subarray(at, at + PUTTY.length), PUTTY)) return text.subarray(at)
  }
  return undefined
}

/** UTF-16 of ASCII characters as one byte each, in place. @param low which of the two bytes is the character */
function narrow(bytes: Bytes, low: 0 | 1): Bytes {
  const length = bytes.length >> 1
  for (let i = 0; i < length; i++) bytes[i] = bytes[2 * i + (1 - low)] === 0 ? bytes[2 * i + low]! : i === 0 ? 0x20 : 0x3f
  bytes.fill(0, length)
  return bytes.subarray(0, length)
}

export const isBlank = (byte: number | undefined) => byte !== undefined && byte <= 0x20
const QUOTES = [0x22, 0x27, 0x60]

function unquoted(bytes: Bytes): Bytes {
  let start = 0, end = bytes.length
  for (;;) {
    while (start < end && isBlank(bytes[start])) start++
    while (start < end && isBlank(bytes[end - 1])) end--
    if (startsWith(bytes.subarray(start, end), '\ufeff')) start += 3
    else if (end - start > 1 && QUOTES.includes(bytes[start]!) && bytes[start] === bytes[end - 1]) [start, end] = [start + 1, end - 1]
    else return bytes.subarray(start, end)
  }
}

/** Whether these are the bytes of a DER sequence, whose length stands at its beginning. */
export function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && bytes.length > 16 && (bytes[1]! >= 0x80 || bytes[1] === bytes.length - 2)
}

export function startsWith(bytes: Uint8Array, text: string): boolean {
  const beginning = encodeText(text)
  return beginning.every((byte, index) => bytes[index] === byte)
}

/** What base64 of a whole file stands for, as tools of the clouds keep keys; undefined where the text is no base64. */
export function decodedWhole(source: Bytes): Bytes | undefined {
  const copy = copyBytes(source), text = unescaped(copy)
  try {
    return text.length < 64 || !text.every((byte) => isBlank(byte) || BASE64.has(byte)) ? undefined : decodeBase64(text)
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  } finally {
    copy.fill(0)
  }
}

const BASE64 = /* @__PURE__ */ new Set(/* @__PURE__ */ encodeText('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='))

/** The beginning as text, to tell a person what it is. */
export const beginning = (bytes: Uint8Array) => decodeText(bytes.subarray(0, 200))
