import type { Bytes } from '../../../wire-format/bytes.ts'

/**
 * Decrypts DES-EDE3-CBC (FIPS 46-3, SP 800-67), which old PEM files use and neither WebCrypto nor the noble libraries support.
 * It works bit by bit: clear, and fast enough for the two kilobytes of a key. Padding is left in place.
 * @param data a multiple of 8 bytes, which the caller has checked
 */
export function decryptTripleDesCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Bytes {
  const [first, second, third] = [0, 8, 16].map((start) => roundKeys(toBits(key.subarray(start, start + 8)))) as [Bits[], Bits[], Bits[]]
  const plain = new Uint8Array(data.length)
  let previous = toBits(iv)
  for (let at = 0; at < data.length; at += 8) {
    const block = toBits(data.subarray(at, at + 8))
    const out = xor(crypt(crypt(crypt(block, third.toReversed()), second), first.toReversed()), previous)
    for (let i = 0; i < 64; i++) plain[at + (i >> 3)]! |= out[i]! << (7 - (i & 7))
    previous = block
  }
  for (const keys of [first, second, third]) for (const bits of keys) bits.fill(0)
  return plain
}

/** One bit in each element, the most significant first. */
type Bits = Uint8Array

const toBits = (bytes: Uint8Array): Bits => Uint8Array.from({ length: bytes.length * 8 }, (_, i) => bytes[i >> 3]! >> (7 - (i & 7)) & 1)
const xor = (a: Bits, b: Bits): Bits => a.map((bit, i) => bit ^ b[i]!)
/** Tables count bits from 1, as the standard prints them. */
const permute = (bits: Bits, table: readonly number[]): Bits => Uint8Array.from(table, (position) => bits[position - 1]!)

function crypt(block: Bits, keys: readonly Bits[]): Bits {
  const start = permute(block, INITIAL)
  let left = start.subarray(0, 32), right = start.subarray(32)
  for (const key of keys) [left, right] = [right, xor(left, feistel(right, key))]
  const end = new Uint8Array(64)
  end.set(right)
  end.set(left, 32)
  return permute(end, FINAL)
}

function feistel(half: Bits, key: Bits): Bits {
  const mixed = xor(permute(half, EXPANSION), key)
  const out = new Uint8Array(32)
  for (let box = 0; box < 8; box++) {
    const bit = (i: number) => mixed[box * 6 + i]!
    const row = bit(0) << 1 | bit(5), column = bit(1) << 3 | bit(2) << 2 | bit(3) << 1 | bit(4)
    const value = parseInt(BOXES[box]![row]![column]!, 16)
    for (let i = 0; i < 4; i++) out[box * 4 + i] = value >> (3 - i) & 1
  }
  return permute(out, PERMUTATION)
}

function roundKeys(key: Bits): Bits[] {
  let chosen = permute(key, CHOICE_1)
  return Array.from({ length: 16 }, (_, round) => {
    const shift = [0, 1, 8, 15].includes(round) ? 1 : 2
    chosen = chosen.map((_bit, i) => chosen[i < 28 ? (i + shift) % 28 : 28 + (i - 28 + shift) % 28]!)
    return permute(chosen, CHOICE_2)
  })
}

const INITIAL = /* @__PURE__ */ Array.from({ length: 64 }, (_, i) => [58, 60, 62, 64, 57, 59, 61, 63][i >> 3]! - (i & 7) * 8)
const FINAL = /* @__PURE__ */ Array.from({ length: 64 }, (_, i) => INITIAL.indexOf(i + 1) + 1)
const EXPANSION = /* @__PURE__ */ Array.from({ length: 48 }, (_, i) => (Math.floor(i / 6) * 4 + i % 6 + 31) % 32 + 1)
const PERMUTATION = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25]
const CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
]
const CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
  41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]
/** S1 to S8, four rows each, a hexadecimal digit per column. */
const BOXES = [
  ['e4d12fb83a6c5907', '0f74e2d1a6cb9538', '41e8d62bfc973a50', 'fc8249175b3ea06d'],
  ['f18e6b34972dc05a', '3d47f28ec01a69b5', '0e7ba4d158c6932f', 'd8a13f42b67c05e9'],
  ['a09e63f51dc7b428', 'd709346a285ecbf1', 'd6498f30b12c5ae7', '1ad069874fe3b52c'],
  ['7de3069a1285bc4f', 'd8b56f03472c1ae9', 'a690cb7df13e5284', '3f06a1d8945bc72e'],
  ['2c417ab6853fd0e9', 'eb2c47d150fa3986', '421bad78f9c5630e', 'b8c71e2d6f09a453'],
  ['c1af92680d34e75b', 'af427c9561de0b38', '9ef528c3704a1db6', '432c95fabe17608d'],
  ['4b2ef08d3c975a61', 'd0b7491ae35c2f86', '14bdc37eaf680592', '6bd814a7950fe23c'],
  ['d2846fb1a93e50c7', '1fd8a374c56b0e92', '7b419ce206adf358', '21e74a8dfc90356b'],
]
