import { malformed, overLimit } from '../../key-error.ts'

/**
 * The most that opening a key may cost. Key files come from anywhere: one that needs hours of CPU or gigabytes is an attack or damage.
 * All limits are far above the defaults of the tools that write keys.
 */
const BCRYPT_ROUNDS = 1024
const PBKDF2_ITERATIONS = 5_000_000
const MEMORY_BYTES = 256 * 1024 * 1024
/** Memory multiplied by the number of passes over it. */
const MEMORY_WORK_BYTES = 2 * 1024 * 1024 * 1024

export function checkBcrypt(rounds: number): void {
  atLeastOne(rounds)
  if (rounds > BCRYPT_ROUNDS) throw overLimit(`the key asks for more than ${BCRYPT_ROUNDS} rounds of bcrypt`)
}

export function checkPbkdf2(iterations: number): void {
  atLeastOne(iterations)
  if (iterations > PBKDF2_ITERATIONS) throw overLimit(`the key asks for more than ${PBKDF2_ITERATIONS} iterations of PBKDF2`)
}

/** @param n cost, a power of two; @param r block size; @param p parallelism (RFC 7914) */
export function checkScrypt(n: number, r: number, p: number): void {
  atLeastOne(r, p)
  if (n < 2 || (n & (n - 1)) !== 0) throw malformed('the cost of scrypt is not a power of two')
  // The block B has p parts, and the table V has one row for each unit of the cost (RFC 7914 sections 5 and 6).
  checkMemory('scrypt', 128 * r * (n + p), 1)
  checkMemory('scrypt', 128 * r * n, p)
}

/** @param kibibytes memory; @param passes over it; @param lanes parallelism (RFC 9106) */
export function checkArgon2(kibibytes: number, passes: number, lanes: number): void {
  atLeastOne(kibibytes, passes, lanes)
  if (kibibytes < 8 * lanes || lanes > 255) throw malformed('the parameters of Argon2 are invalid')
  checkMemory('Argon2', kibibytes * 1024, passes)
}

function checkMemory(name: string, bytes: number, passes: number): void {
  if (bytes > MEMORY_BYTES || bytes * passes > MEMORY_WORK_BYTES) throw overLimit(`the key asks for more memory or passes of ${name} than are allowed`)
}

function atLeastOne(...numbers: readonly number[]): void {
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 1)) throw malformed('a parameter of the key derivation is invalid')
}
