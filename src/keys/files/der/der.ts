import type { Bytes } from '../../../wire-format/bytes.ts'
import { ownBytes } from '../../../wire-format/bytes.ts'
import { WireFormatError } from '../../../wire-format/wire-format-error.ts'

/** Tags of X.690 that keys and signatures use. */
export const INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, OID = 0x06, SEQUENCE = 0x30

/**
 * Reads the subset of DER (X.690) that public keys and signatures use; private-elements.ts has the rest for private keys. Damaged input throws
 * a `WireFormatError`. Byte results are views.
 */
export class DerReader {
  readonly #bytes: Bytes
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = ownBytes(bytes)
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  /** Whether the next element has this tag. */
  next(tag: number): boolean {
    return this.#bytes[this.#offset] === tag
  }

  nextIsSequence(): boolean {
    return this.next(SEQUENCE)
  }

  sequence(): DerReader {
    return new DerReader(this.element(SEQUENCE))
  }

  /** A non-negative number, without leading zeros. */
  integer(): Bytes {
    const value = this.element(INTEGER)
    if (value.length === 0 || value[0]! >= 0x80) throw new WireFormatError('a number is negative or empty')
    const start = value.findIndex((byte) => byte !== 0)
    return start < 0 ? value.subarray(value.length) : value.subarray(start)
  }

  bitString(): Bytes {
    return wholeBytes(this.element(BIT_STRING))
  }

  /** Dotted, e.g. `1.2.840.10045.2.1`. */
  oid(): string {
    const bytes = this.element(OID)
    const arcs: number[] = []
    let arc = 0
    for (const byte of bytes) {
      arc = arc * 128 + (byte & 0x7f)
      if (arc > 0xffffffff) throw new WireFormatError('an object identifier is too large')
      if (byte >= 0x80) continue
      arcs.push(arc)
      arc = 0
    }
    if (arcs.length === 0 || bytes.at(-1)! >= 0x80) throw new WireFormatError('an object identifier is cut short')
    const first = Math.min(2, Math.floor(arcs[0]! / 40))
    return [first, arcs[0]! - first * 40, ...arcs.slice(1)].join('.')
  }

  end(): void {
    if (this.remaining > 0) throw new WireFormatError('unexpected bytes at the end of a DER element')
  }

  /** The content of the next element, which must have this tag. */
  element(tag: number): Bytes {
    if (!this.next(tag)) throw new WireFormatError('an unexpected DER element')
    this.#offset++
    const length = this.#length()
    if (length > this.remaining) throw new WireFormatError('a DER element is longer than its data')
    const start = this.#offset
    this.#offset += length
    return this.#bytes.subarray(start, this.#offset)
  }

  #length(): number {
    const first = this.#bytes[this.#offset++]
    if (first === undefined) throw new WireFormatError('a DER element without its length')
    if (first < 0x80) return first
    const count = first & 0x7f
    if (count === 0 || count > 4 || count > this.remaining) throw new WireFormatError('a malformed DER length')
    let length = 0
    for (let i = 0; i < count; i++) length = length * 256 + this.#bytes[this.#offset++]!
    return length
  }
}

/** A bit string that is a whole number of bytes. */
export function wholeBytes(content: Bytes): Bytes {
  if (content[0] !== 0) throw new WireFormatError('a bit string is not a whole number of bytes')
  return content.subarray(1)
}
