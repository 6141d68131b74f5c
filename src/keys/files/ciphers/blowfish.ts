/**
 * Blowfish with the "expensive key schedule" of bcrypt (Provos and Mazières, 1999), the core of bcrypt_pbkdf.
 * The initial state is the fraction of π, which is computed, not listed.
 */
export class Blowfish {
  /** 18 subkeys, then four S-boxes of 256. */
  readonly #state: Int32Array
  #left = 0
  #right = 0

  constructor() {
    this.#state = initialState().slice()
  }

  /** One round of the key schedule. `key` and `data` are 16 words each; without `data` it is the schedule of plain Blowfish. */
  expand(key: Int32Array, data?: Int32Array): void {
    const state = this.#state
    for (let i = 0; i < SUBKEYS; i++) state[i]! ^= key[i & 15]!
    this.#left = this.#right = 0
    for (let i = 0; i < STATE_WORDS; i += 2) {
      if (data) {
        this.#left ^= data[i & 15]!
        this.#right ^= data[(i + 1) & 15]!
      }
      this.#encipher()
      state[i] = this.#left
      state[i + 1] = this.#right
    }
  }

  /** Encrypts pairs of words in place (ECB). */
  encrypt(words: Int32Array): void {
    for (let i = 0; i < words.length; i += 2) {
      this.#left = words[i]!
      this.#right = words[i + 1]!
      this.#encipher()
      words[i] = this.#left
      words[i + 1] = this.#right
    }
  }

  wipe(): void {
    this.#state.fill(0)
    this.#left = this.#right = 0
  }

  #encipher(): void {
    const s = this.#state
    let left = this.#left ^ s[0]!, right = this.#right
    for (let i = 1; i <= 16; i += 2) {
      right ^= (((s[18 + (left >>> 24)]! + s[274 + (left >>> 16 & 255)]! | 0) ^ s[530 + (left >>> 8 & 255)]!) + s[786 + (left & 255)]! | 0) ^ s[i]!
      left ^= (((s[18 + (right >>> 24)]! + s[274 + (right >>> 16 & 255)]! | 0) ^ s[530 + (right >>> 8 & 255)]!) + s[786 + (right & 255)]! | 0) ^ s[i + 1]!
    }
    this.#left = right ^ s[17]!
    this.#right = left
  }
}

const SUBKEYS = 18
const STATE_WORDS = SUBKEYS + 4 * 256

let initial: Int32Array | undefined

/** The binary digits of π after the point, by Machin's formula; computed only once, because it takes some milliseconds. */
function initialState(): Int32Array {
  return initial ??= piFraction(STATE_WORDS)
}

function piFraction(words: number): Int32Array {
  const guard = 64n, bits = BigInt(words * 32)
  const one = 1n << (bits + guard)
  const digits = ((16n * arctanInverse(5n, one) - 4n * arctanInverse(239n, one)) >> guard) & ((1n << bits) - 1n)
  const fraction = new Int32Array(words)
  const hex = digits.toString(16).padStart(words * 8, '0')
  for (let i = 0; i < words; i++) fraction[i] = parseInt(hex.slice(i * 8, i * 8 + 8), 16)
  return fraction
}

/** arctan(1/x) · one */
function arctanInverse(x: bigint, one: bigint): bigint {
  const square = x * x
  let power = one / x, sum = power
  for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
    power /= square
    sum += sign * (power / n)
  }
  return sum
}
