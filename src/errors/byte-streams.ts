import { able, record } from './arguments.ts'

/** A pair of byte streams. */
export function streams<T extends { readonly readable: object, readonly writable: object }>(value: T, name: string): T {
  able(record(value, name).readable, `${name}.readable`, 'a ReadableStream', 'getReader')
  able(value.writable, `${name}.writable`, 'a WritableStream', 'getWriter')
  return value
}
