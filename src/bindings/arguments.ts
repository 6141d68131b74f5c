/// What callers give, checked before C is called: there numbers are cut to 32 bits, and whatever throws inside a call of C counts as a trap.

/** `value`, if it is a whole number within the bounds. @throws TypeError for what is no number, RangeError for other numbers. */
export function wholeNumber(value: number, name: string, min = 0, max = 0xffffffff): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`)
  if (!Number.isInteger(value) || value < min || value > max) throw new RangeError(`${name} must be a whole number from ${min} to ${max}`)
  return value
}

/** A TCP port, 0 included. */
export function port(value: number, name: string): number {
  return wholeNumber(value, name, 0, 65535)
}

export const INT_MAX = 0x7fffffff

/** What C takes as an `int` and that is never negative. */
export function int(value: number, name: string): number {
  return wholeNumber(value, name, 0, INT_MAX)
}

export function bytes(value: Uint8Array, name: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`)
  return value
}

const encoder = new TextEncoder()

/** Bytes as they are, a string as UTF-8. */
export function data(value: string | Uint8Array, name: string): Uint8Array {
  return typeof value === 'string' ? encoder.encode(value) : bytes(value, name)
}
