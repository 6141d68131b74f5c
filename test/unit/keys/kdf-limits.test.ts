// The exact limits of what opening a key may cost: the largest cost that is allowed, and the smallest that is not. No derivation runs here.
import { describe, expect, test } from 'vitest'
import { checkArgon2, checkBcrypt, checkPbkdf2, checkScrypt } from '../../../src/keys/files/ciphers/kdf-limits.ts'

const MIB = 1024 * 1024
const malformed = { name: 'KeyError', code: 'ERR_KEY_FORMAT' }, tooMuch = { name: 'KeyError', code: 'ERR_KEY_LIMIT' }
const throwing = (error: object) => expect.objectContaining(error) as Error

describe.each<[name: string, check: (number: number) => void, most: number]>([
  ['rounds of bcrypt', checkBcrypt, 1024], ['iterations of PBKDF2', checkPbkdf2, 5_000_000],
])('%s', (_, check, most) => {
  test('from one to the limit', () => {
    expect(() => check(1)).not.toThrow()
    expect(() => check(most)).not.toThrow()
    expect(() => check(most + 1)).toThrow(throwing({ ...tooMuch, message: expect.stringContaining(`more than ${most} `) as string }))
  })
  test.each([0, -1, 1.5, NaN, Infinity])('%d is none', (number) => {
    expect(() => check(number)).toThrow(throwing(malformed))
  })
})

describe('scrypt', () => {
  test.each<[n: number, r: number, p: number]>([[2, 1, 1], [16384, 8, 1], [2 ** 17, 8, 16], [2, 1, 2 ** 21 - 2]])('N %d, r %d, p %d is allowed', (...parameters) => {
    expect(() => checkScrypt(...parameters)).not.toThrow()
  })
  test.each<[n: number, r: number, p: number]>([[1, 1, 1], [0, 1, 1], [3, 1, 1], [6, 1, 1], [16384, 0, 1], [16384, 8, 0], [16384, 1.5, 1], [16384, 8, NaN]])('N %d, r %d, p %d is malformed', (...parameters) => {
    expect(() => checkScrypt(...parameters)).toThrow(throwing(malformed))
  })
  test.each<[what: string, n: number, r: number, p: number]>([
    ['a block that is too large with its table', 2, 1, 2 ** 21 - 1], ['a table that is too large', 2 ** 18, 8, 1], ['work that is too much', 2 ** 17, 8, 17], ['rows that are too long', 2 ** 14, 128, 1],
  ])('%s is refused', (_, ...parameters) => {
    expect(() => checkScrypt(...parameters)).toThrow(throwing({ ...tooMuch, message: expect.stringContaining('scrypt') as string }))
  })
})

describe('Argon2', () => {
  test.each<[kibibytes: number, passes: number, lanes: number]>([[8, 1, 1], [16, 1, 2], [8 * 255, 1, 255], [256 * MIB / 1024, 8, 1], [233_016, 9, 1]])('%d KiB, %d passes, %d lanes is allowed', (...parameters) => {
    expect(() => checkArgon2(...parameters)).not.toThrow()
  })
  test.each<[kibibytes: number, passes: number, lanes: number]>([[7, 1, 1], [15, 1, 2], [8 * 256, 1, 256], [0, 1, 1], [8, 0, 1], [8, 1, 0], [NaN, 1, 1]])('%d KiB, %d passes, %d lanes is malformed', (...parameters) => {
    expect(() => checkArgon2(...parameters)).toThrow(throwing(malformed))
  })
  test.each<[kibibytes: number, passes: number, lanes: number]>([[256 * MIB / 1024 + 1, 1, 1], [256 * MIB / 1024, 9, 1], [233_017, 9, 1]])('%d KiB, %d passes, %d lanes is refused', (...parameters) => {
    expect(() => checkArgon2(...parameters)).toThrow(throwing({ ...tooMuch, message: expect.stringContaining('Argon2') as string }))
  })
})
