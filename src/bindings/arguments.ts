/// Checks of the callers' arguments, made before C is called: C would cut numbers to 32 bits and end strings at a NUL.
import { text, wholeNumber } from '../errors/arguments.ts'
import { binaryOf, bytesOf, type SendableData } from '../wire-format/bytes-of.ts'

export { callable, callables, port, record, text, wholeNumber } from '../errors/arguments.ts'

/** Up to 2^53-1, as a number or a bigint. */
export function wholeBigint(value: number | bigint, name: string): bigint {
  if (typeof value !== 'bigint') return BigInt(wholeNumber(value, name, 0, Number.MAX_SAFE_INTEGER))
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`${name} must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`)
  return value
}

export const INT_MAX = 0x7fffffff

/** A value that C takes as an `int` and that is never negative. */
export function int(value: number, name: string): number {
  return wholeNumber(value, name, 0, INT_MAX)
}

/** `true` and `false` as C has them; 1 and 0 work too. */
export function flag(value: boolean | number, name: string): number {
  if (value === true || value === 1) return 1
  if (value === false || value === 0) return 0
  throw new TypeError(`${name} must be true or false`)
}

/** Names in one comma-separated string, as SSH has them. @param nameOf makes the name of an entry. */
export function nameList(names: readonly string[], name: string, nameOf: (entry: string) => string = (entry) => entry): string {
  if (!Array.isArray(names)) throw new TypeError(`${name} must be an array of strings`)
  return names.map((entry: string) => nameOf(text(entry, name))).join(',')
}

/** Bytes in any form. */
export function bytes(value: ArrayBuffer | ArrayBufferView, name: string): Uint8Array {
  return binaryOf(value, name)
}

/** Bytes unchanged, a string as UTF-8. */
export function data(value: SendableData, name: string): Uint8Array {
  return bytesOf(value, name)
}
