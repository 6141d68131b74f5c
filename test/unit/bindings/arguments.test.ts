import { describe, expect, test } from 'vitest'
import { bytes, data, int, port, wholeNumber } from '../../../src/bindings/arguments.ts'

describe('numbers', () => {
  test.each(['5', 5n, null, undefined, {}, Symbol('5')])('%o is a TypeError', (value) => {
    expect(() => wholeNumber(value as never, 'size')).toThrow(new TypeError('size must be a number'))
  })

  test.each([-1, 1.5, NaN, Infinity, 2 ** 32])('%d is a RangeError', (value) => {
    expect(() => wholeNumber(value, 'size')).toThrow(RangeError)
    expect(() => wholeNumber(value, 'size')).toThrow(/^size must be a whole number/)
  })

  test('within the bounds are given back', () => {
    expect([wholeNumber(0xffffffff, 'n'), int(0x7fffffff, 'n'), port(0, 'n'), port(65535, 'n')]).toEqual([0xffffffff, 0x7fffffff, 0, 65535])
  })

  test('ports end at 65535', () => expect(() => port(65536, 'port')).toThrow(RangeError))
  test('ints end at 31 bits', () => expect(() => int(0x80000000, 'columns')).toThrow(RangeError))
})

describe('bytes', () => {
  test('strings are encoded as UTF-8 where data is wanted', () => {
    expect([...data('é', 'buf')]).toEqual([0xc3, 0xa9])
  })

  test.each([[1, 2], 5, 5n, null, undefined, { length: 2 }, Symbol('5'), () => {}])('%o are no bytes', (value) => {
    expect(() => bytes(value as never, 'modes')).toThrow(/^modes must be an ArrayBuffer or a view of one, not /)
    expect(() => data(value as never, 'buf')).toThrow(/^buf must be a string, an ArrayBuffer or a view of one, not /)
  })
})
