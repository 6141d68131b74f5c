import { type Bytes, getUint32, ownBytes } from './bytes.ts'
import { WireFormatError } from './wire-format-error.ts'

const strict = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the data types of RFC 4251 section 5, in order, from one block of bytes.
 * Every method throws a `WireFormatError` if the block ends too early or the value is not allowed.
 * Byte results are views of the block, not copies: they live, change and are wiped with it.
 */
export class WireReader {
  readonly #bytes: Bytes
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = ownBytes(bytes)
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  /** `length` bytes unchanged (`byte[n]`). */
  bytes(length: number): Bytes {
    return this.#bytes.subarray(this.#advance(length), this.#offset)
  }

  byte(): number {
    return this.#bytes[this.#advance(1)] as number
  }

  /** Any non-zero byte is true, as RFC 4251 requires of readers. */
  boolean(): boolean {
    return this.byte() !== 0
  }

  uint32(): number {
    return getUint32(this.#bytes, this.#advance(4))
  }

  uint64(): bigint {
    return BigInt(this.uint32()) << 32n | BigInt(this.uint32())
  }

  /** A uint64 as a number, which is rounded above 2^53. */
  size(): number {
    return this.uint32() * 2 ** 32 + this.uint32()
  }

  string(): Bytes {
    return this.bytes(this.uint32())
  }

  /** A string that must be UTF-8. */
  text(): string {
    try {
      return strict.decode(this.string())
    } catch (error) {
      if (error instanceof WireFormatError) throw error
      throw new WireFormatError('a text is not valid UTF-8')
    }
  }

  /** A non-negative number, as its big-endian bytes without leading zeros: zero is empty. Negative numbers are refused: no SSH message has one. */
  mpint(): Bytes {
    const value = this.string()
    if (value.length > 0 && value[0]! >= 0x80) throw new WireFormatError('a number is negative')
    let start = 0
    while (start < value.length && value[start] === 0) start++
    return value.subarray(start)
  }

  nameList(): string[] {
    const list = this.text()
    if (list === '') return []
    const names = list.split(',')
    if (names.includes('')) throw new WireFormatError('a name-list has an empty name')
    return names
  }

  /** Everything that is left. */
  rest(): Bytes {
    return this.bytes(this.remaining)
  }

  /** Requires that nothing is left. */
  end(): void {
    if (this.remaining > 0) throw new WireFormatError(`${this.remaining} unexpected bytes at the end`)
  }

  #advance(length: number): number {
    if (length > this.remaining) throw new WireFormatError(`${length} bytes expected, ${this.remaining} left`)
    const start = this.#offset
    this.#offset += length
    return start
  }
}
