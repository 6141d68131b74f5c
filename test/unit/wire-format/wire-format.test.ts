import { describe, expect, it } from 'vitest'
import { concatBytes, equalBytes } from '../../../src/wire-format/bytes.ts'
import { decodeBase64, encodeBase64 } from '../../../src/wire-format/base64.ts'
import { findPem, formatPem } from '../../../src/wire-format/pem.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireFormatError } from '../../../src/wire-format/wire-format-error.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))

describe('WireReader and WireWriter', () => {
  it.each([0n, 1n, 0xffffffffn, 0x100000000n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n + 1025n, 2n ** 64n - 1n])('reads a size as the nearest number: %s', (value) => {
    expect(new WireReader(new WireWriter().uint64(value).finish()).size()).toBe(Number(value))
  })

  it.each([0, 1, 0x7fffffff, 0x80000000, 0xff00ff00, 0xffffffff])('numbers of 32 bits are big-endian, and have no sign: %d', (value) => {
    const bytes = new WireWriter().uint32(value).finish()
    expect(new DataView(bytes.buffer).getUint32(0)).toBe(value)
    expect(new WireReader(bytes).uint32()).toBe(value)
  })

  it('gives back every type that was written', () => {
    const bytes = new WireWriter(1).byte(255).boolean(true).boolean(false).uint32(0xfffffffe).uint64(0xfffffffffffffffen)
      .string('grüße').string(Uint8Array.of(0, 1)).mpint(Uint8Array.of(0, 0, 0x80)).nameList([]).nameList(['a', 'b']).bytes(Uint8Array.of(9, 8)).finish()
    const reader = new WireReader(bytes)
    expect([reader.byte(), reader.boolean(), reader.boolean(), reader.uint32(), reader.uint64()]).toEqual([255, true, false, 0xfffffffe, 0xfffffffffffffffen])
    expect(reader.text()).toBe('grüße')
    expect(reader.string()).toEqual(Uint8Array.of(0, 1))
    expect(reader.mpint()).toEqual(Uint8Array.of(0x80))
    expect([reader.nameList(), reader.nameList()]).toEqual([[], ['a', 'b']])
    expect(reader.remaining).toBe(2)
    expect(() => reader.end()).toThrow(WireFormatError)
    expect(reader.rest()).toEqual(Uint8Array.of(9, 8))
    reader.end()
  })

  // RFC 4251 section 5, the examples of mpint that are not negative, and of name-list.
  it.each([['', '00000000'], ['09a378f9b2e332a7', '0000000809a378f9b2e332a7'], ['80', '000000020080']])('writes the mpint %s as the RFC does', (value, wire) => {
    expect(new WireWriter().mpint(hex(value)).finish()).toEqual(hex(wire))
    expect(new WireReader(hex(wire)).mpint()).toEqual(hex(value))
  })
  it('writes name-lists as the RFC does', () => {
    expect(new WireWriter().nameList(['zlib', 'none']).finish()).toEqual(hex('000000097a6c69622c6e6f6e65'))
  })

  it.each([
    ['a negative mpint', 'ffffffff', (reader: WireReader) => reader.mpint()],
    ['a negative mpint of the RFC', '00000002edcc', (reader: WireReader) => reader.mpint()],
    ['a length beyond the end', '0000000501', (reader: WireReader) => reader.string()],
    ['the largest length', 'ffffffff00', (reader: WireReader) => reader.string()],
    ['text that is not UTF-8', '00000002c328', (reader: WireReader) => reader.text()],
    ['an empty name', '00000002612c', (reader: WireReader) => reader.nameList()],
    ['a short uint32', '000000', (reader: WireReader) => reader.uint32()],
    ['a short uint64', '00000000000000', (reader: WireReader) => reader.uint64()],
    ['no byte', '', (reader: WireReader) => reader.byte()],
  ])('refuses %s', (_name, wire, read) => {
    expect(() => read(new WireReader(hex(wire)))).toThrow(WireFormatError)
  })

  it('refuses numbers out of range when writing', () => {
    const writer = new WireWriter()
    for (const write of [() => writer.byte(256), () => writer.byte(-1), () => writer.uint32(2 ** 32), () => writer.uint32(0.5), () => writer.uint64(-1n), () => writer.uint64(1n << 64n)]) expect(write).toThrow(RangeError)
  })

  it('reads a view that does not begin at its buffer, and shared memory', () => {
    expect(new WireReader(hex('ff00000007ff').subarray(1)).uint32()).toBe(7)
    const shared = new Uint8Array(new SharedArrayBuffer(4))
    shared[3] = 5
    expect(new WireReader(shared).uint32()).toBe(5)
    const string = new WireReader(Buffer.from([0, 0, 0, 1, 9])).string()
    expect(Buffer.isBuffer(string)).toBe(false)
    expect(string).toEqual(Uint8Array.of(9))
  })
})

describe('base64', () => {
  it.each([0, 1, 2, 3, 4, 57, 255, 1000])('agrees with Buffer on %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + 251)
    const text = Buffer.from(bytes).toString('base64')
    expect(encodeBase64(bytes)).toBe(text)
    expect(encodeBase64(bytes, { pad: false })).toBe(text.replace(/=+$/, ''))
    expect(decodeBase64(text.replace(/(.{10})/g, '$1\r\n'))).toEqual(bytes)
    expect(decodeBase64(text.replace(/=+$/, ''))).toEqual(bytes)
  })
  it.each(['A', 'AB=', 'AA=A', 'AB==', 'AAB=', 'AAAA=', '=', '====', 'AA===', 'AA_-', 'AAé='])('refuses %s', (text) => {
    expect(() => decodeBase64(text)).toThrow(WireFormatError)
  })
})

describe('PEM', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
  it('finds the wanted block among others, with CRLF, headers and text around', () => {
    const text = `notes\n${formatPem('EC PARAMETERS', Uint8Array.of(1))}${formatPem('X KEY', bytes).replace('KEY-----\n', 'KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,\n  00FF\n\n')}tail`.replace(/\n/g, '\r\n')
    const block = findPem(text, (label) => label.endsWith('KEY'))!
    expect(block.label).toBe('X KEY')
    expect([...block.headers]).toEqual([['Proc-Type', '4,ENCRYPTED'], ['DEK-Info', 'AES-128-CBC,00FF']])
    expect(block.bytes).toEqual(bytes)
  })
  it('writes lines of the asked width', () => {
    expect(formatPem('X', bytes, 70).split('\n')[1]).toHaveLength(70)
  })
  it('says when a text has no block, and refuses a block without its end', () => {
    expect(findPem('hello')).toBeUndefined()
    expect(() => findPem('-----BEGIN A-----\nAAAA\n')).toThrow(WireFormatError)
    expect(() => findPem('-----BEGIN A-----\nA?AA\n-----END A-----')).toThrow(WireFormatError)
  })
})

it('equalBytes and concatBytes', () => {
  expect(concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3))
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false)
})
