// The reader of DER (X.690), element by element: lengths, numbers and identifiers at their edges.
import { describe, expect, test } from 'vitest'
import { BIT_STRING, DerReader, INTEGER, OCTET_STRING, OID } from '../../../src/keys/files/der/der.ts'
import { smallInteger, tagged, taggedBitString } from '../../../src/keys/files/der/private-elements.ts'
import { WireFormatError } from '../../../src/wire-format/wire-format-error.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const reader = (text: string) => new DerReader(hex(text))

describe('lengths', () => {
  test.each<[string, number]>([['0400', 0], [`047f${'aa'.repeat(127)}`, 127], [`048180${'aa'.repeat(128)}`, 128], [`04820101${'aa'.repeat(257)}`, 257], ['0484000000021122', 2], ['048100', 0]])('%# is %d bytes', (text, length) => {
    const whole = reader(text)
    expect(whole.element(OCTET_STRING)).toHaveLength(length)
    expect(whole.remaining).toBe(0)
    expect(() => whole.end()).not.toThrow()
  })
  test.each([
    ['none', '04'], ['an endless one', '0480 11'], ['an endless one before 128 bytes', `0480${'aa'.repeat(128)}`], ['one of five bytes', '0485 0000000001 11'], ['one that is cut short', '0482 01'], ['more than there is', '0402 11'], ['another tag', '0500'], ['nothing at all', ''],
  ])('%s', (_, text) => {
    expect(() => reader(text).element(OCTET_STRING)).toThrow(WireFormatError)
  })
  test('what is wrong is said', () => {
    expect(() => reader('04').element(OCTET_STRING)).toThrow('a DER element without its length')
    expect(() => reader('00').end()).toThrow('unexpected bytes at the end')
    expect(reader('04').next(OCTET_STRING)).toBe(true)
  })
  test('bytes at the end, and the next element', () => {
    const whole = reader('040111 020105')
    expect([whole.next(OCTET_STRING), whole.next(INTEGER), whole.nextIsSequence()]).toEqual([true, false, false])
    expect(whole.element(OCTET_STRING)).toEqual(hex('11'))
    expect(() => whole.end()).toThrow(WireFormatError)
    expect(whole.integer()).toEqual(hex('05'))
    expect(whole.next(INTEGER)).toBe(false)
    expect(reader('3000').nextIsSequence()).toBe(true)
  })
})

describe('numbers', () => {
  test.each([['020100', ''], ['02020080', '80'], ['0203000001', '01'], ['02017f', '7f'], ['02020100', '0100']])('%s', (text, value) => {
    expect(reader(text).integer()).toEqual(hex(value))
  })
  test.each(['0200', '020180', '0201ff'])('%s is negative or empty', (text) => {
    expect(() => reader(text).integer()).toThrow(WireFormatError)
  })
  test.each<[string, number]>([['020100', 0], ['0201ff'.replace('01ff', '0200ff'), 255], ['02020100', 256], ['02030f4240', 1_000_000], ['02047fffffff', 0x7fffffff]])('%s is the small number %d', (text, value) => {
    expect(smallInteger(reader(text))).toBe(value)
  })
  test.each(['02050080000000', '02050100000000', '0206008000000000'])('%s is no small number', (text) => {
    expect(() => smallInteger(reader(text))).toThrow(WireFormatError)
  })
})

describe('bit strings', () => {
  test('whole bytes only', () => {
    expect(reader('0303 00 1122').bitString()).toEqual(hex('1122'))
    for (const text of ['0303 01 1122', '0300']) expect(() => reader(text).bitString()).toThrow(WireFormatError)
    expect(BIT_STRING).toBe(3)
  })
})

describe('object identifiers', () => {
  // X.690 8.19.5 has 2.999.3 as its example.
  test.each([['0606 2a864886f70d', '1.2.840.113549'], ['0603 883703', '2.999.3'], ['0601 27', '0.39'], ['0601 28', '1.0'], ['0601 4f', '1.39'], ['0601 50', '2.0'], ['0606 2a 8fffffff7f', '1.2.4294967295'], ['0603 2b8101', '1.3.129']])('%s is %s', (text, name) => {
    expect(reader(text).oid()).toBe(name)
  })
  test.each([['nothing', '0600'], ['cut short', '0602 2a86'], ['cut short at its first byte', '0602 2a80'], ['an arc above 32 bits', '0606 2a 9080808000'], ['an arc without an end', `0614 2a ${'ff'.repeat(19)}`]])('%s', (_, text) => {
    expect(() => reader(text).oid()).toThrow(WireFormatError)
    expect(OID).toBe(6)
  })
})

test('elements with a number of their context', () => {
  expect(tagged(reader('a003 020105'), 0)!.integer()).toEqual(hex('05'))
  expect(tagged(reader('a103 020105'), 1)!.integer()).toEqual(hex('05'))
  expect(tagged(reader('a103 020105'), 0)).toBeUndefined()
  expect(taggedBitString(reader('8103 001122'), 1)).toEqual(hex('1122'))
  expect(taggedBitString(reader('8003 001122'), 1)).toBeUndefined()
  expect(() => taggedBitString(reader('8103 011122'), 1)).toThrow(WireFormatError)
})
