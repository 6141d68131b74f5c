// DER elements that only private keys have. They load with the first private key.
import type { Bytes } from '../../../wire-format/bytes.ts'
import { WireFormatError } from '../../../wire-format/wire-format-error.ts'
import { DerReader, OCTET_STRING, wholeBytes } from './der.ts'

export const octetString = (reader: DerReader): Bytes => reader.element(OCTET_STRING)

/** An integer that must be below 2^31. */
export function smallInteger(reader: DerReader): number {
  const value = reader.integer()
  if (value.length > 4 || (value.length === 4 && value[0]! >= 0x80)) throw new WireFormatError('a small number was expected')
  return value.reduce((number, byte) => number << 8 | byte, 0)
}

/** A constructed context-specific element `[number]`, or undefined if the next element is another. */
export function tagged(reader: DerReader, number: number): DerReader | undefined {
  return reader.next(0xa0 + number) ? new DerReader(reader.element(0xa0 + number)) : undefined
}

/** A primitive context-specific bit string `[number] IMPLICIT`, or undefined if the next element is another. */
export function taggedBitString(reader: DerReader, number: number): Bytes | undefined {
  return reader.next(0x80 + number) ? wholeBytes(reader.element(0x80 + number)) : undefined
}
