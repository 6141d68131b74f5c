import { type Bytes, ownBytes } from './bytes.ts'
import { WireFormatError } from './wire-format-error.ts'

/**
 * Reads the data types of RFC 4251 section 5, in order, from one block of bytes.
 * Every method throws a `WireFormatError` if the block ends too early or the value is not allowed.
 * Byte results are views of the block, not copies: they live, change and are wiped with it.
 */
export class WireReader {
  readonly #bytes: Bytes
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = ownBytes(bytes)
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
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
    return this.#view.getUint8(this.#advance(1))
  }

  /** Any non-zero byte is true, as RFC 4251 requires of readers. */
  boolean(): boolean {
    return this.byte() !== 0
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4))
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8))
  }

  string(): Bytes {
    return this.bytes(this.uint32())
  }

  /** A string that must be UTF-8. */
  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.string())
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
