import type { Random } from '../support/random.ts'

const ODD_NUMBERS = [0, 1, 3, 4, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff]
const LARGEST = 8192

/** One to five changes of `input`: single bits, bytes and numbers, pieces left out, repeated, exchanged with `other`, words of the format. */
export function mutate(random: Random, input: Uint8Array, other: Uint8Array, words: readonly Uint8Array[]): Uint8Array {
  let bytes = Buffer.from(input)
  const cut = (at: number, length: number, put: Uint8Array) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + length)])
  for (let times = random.integer(1, 5); times > 0; times--) {
    const at = random.below(bytes.length + 1)
    const length = random.below(Math.min(bytes.length - at, 40) + 1)
    const action = random.below(9)
    if (action === 0 && at < bytes.length) bytes[at]! ^= 1 << random.below(8)
    else if (action === 1 && at < bytes.length) bytes[at] = random.below(256)
    else if (action === 2 && at + 4 <= bytes.length) bytes.writeUInt32BE(random.pick(ODD_NUMBERS), at)
    else if (action === 3) bytes = cut(at, length, new Uint8Array())
    else if (action === 4) bytes = cut(at, 0, bytes.subarray(at, at + length))
    else if (action === 5) bytes = cut(at, 0, random.bytes(random.integer(1, 8)))
    else if (action === 6 && words.length > 0) bytes = cut(at, random.below(2) * length, random.pick(words))
    else if (action === 7) {
      const from = random.below(other.length + 1)
      bytes = cut(at, length, other.subarray(from, from + random.below(200)))
    } else if (random.below(8) === 0) bytes = bytes.subarray(0, at)
  }
  return Uint8Array.from(bytes.subarray(0, LARGEST))
}
