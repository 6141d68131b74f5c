/** A generator whose numbers follow from its seed, so that a failure can be repeated. Never for secrets. */
export interface Random {
  readonly seed: number
  /** 0 <= x < 1, 32 bits of it. */
  next(): number
  /** A whole number, both ends included. */
  integer(min: number, max: number): number
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
  bytes(length: number): Uint8Array
  pick<T>(values: readonly T[]): T
  /** A new array. */
  shuffle<T>(values: readonly T[]): T[]
}

export function seededRandom(seed: number): Random {
  // mulberry32: one word of state; its period of 2^32 is enough for tests.
  let state = seed >>> 0
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const next = (): number => word() / 2 ** 32
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    seed,
    next,
    integer,
    below: (limit) => integer(0, limit - 1),
    bytes: (length) => {
      const words = new Uint32Array(Math.ceil(length / 4))
      for (let i = 0; i < words.length; i++) words[i] = word()
      return new Uint8Array(words.buffer, 0, length)
    },
    pick: (values) => {
      if (values.length === 0) throw new RangeError('nothing to pick from')
      return values[integer(0, values.length - 1)] as (typeof values)[number]
    },
    shuffle: (values) => {
      const shuffled = [...values]
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = integer(0, i)
        ;[shuffled[i], shuffled[j]] = [shuffled[j] as (typeof values)[number], shuffled[i] as (typeof values)[number]]
      }
      return shuffled
    },
  }
}
