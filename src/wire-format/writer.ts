import { type Bytes, encodeText, setUint32 } from './bytes.ts'

/**
 * Writes the data types of RFC 4251 section 5, in order. Calls chain.
 * Numbers out of range throw a `RangeError`: they are mistakes of the caller, not of a peer.
 */
export class WireWriter {
  #buffer: Bytes
  #length = 0

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  /** Bytes unchanged (`byte[n]`). */
  bytes(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length)
    this.#buffer.set(bytes, at)
    return this
  }

  byte(value: number): this {
    const at = this.#grow(1)
    this.#buffer[at] = inRange(value, 0xff)
    return this
  }

  boolean(value: boolean): this {
    return this.byte(value ? 1 : 0)
  }

  uint32(value: number): this {
    const at = this.#grow(4)
    setUint32(this.#buffer, at, inRange(value, 0xffffffff))
    return this
  }

  uint64(value: bigint): this {
    if (value < 0n || value > 0xffffffffffffffffn) throw new RangeError('not a uint64')
    return this.uint32(Number(value >> 32n)).uint32(Number(value & 0xffffffffn))
  }

  /** Text is encoded as UTF-8. */
  string(value: string | Uint8Array): this {
    const bytes = encodeText(value)
    return this.uint32(bytes.length).bytes(bytes)
  }

  /** A non-negative number, from its big-endian bytes; leading zeros are allowed. */
  mpint(magnitude: Uint8Array): this {
    let start = 0
    while (start < magnitude.length && magnitude[start] === 0) start++
    const digits = magnitude.subarray(start)
    const sign = digits.length > 0 && digits[0]! >= 0x80 ? 1 : 0
    this.uint32(digits.length + sign)
    if (sign) this.byte(0)
    return this.bytes(digits)
  }

  nameList(names: readonly string[]): this {
    return this.string(names.join(','))
  }

  /** A copy of everything that was written. */
  finish(): Bytes {
    return this.#buffer.slice(0, this.#length)
  }

  /** Zeroes what was written and starts again: for writers that held secrets. */
  wipe(): void {
    this.#buffer.fill(0)
    this.#length = 0
  }

  #grow(by: number): number {
    const start = this.#length
    const needed = start + by
    if (needed > this.#buffer.length) {
      const old = this.#buffer
      this.#buffer = new Uint8Array(Math.max(needed, old.length * 2))
      this.#buffer.set(old)
      old.fill(0)
    }
    this.#length = needed
    return start
  }
}

/** @throws RangeError for anything but a whole number up to `maximum`. */
export function inRange(value: number, maximum: number): number {
  if (!Number.isInteger(value) || value < 0 || value > maximum) throw new RangeError(`not a whole number from 0 to ${maximum}`)
  return value
}
