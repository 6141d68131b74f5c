import type { PacketCipher } from '../runtime/host-crypto.ts'
import { joinBytes } from '../wire-format/bytes.ts'
import { nextPacket, sizeOf } from './next-packet.ts'

/** A packet that has been taken from the transport: its parcel's number, its size on the transport, and the length that it states. */
export interface TakenPacket {
  readonly parcel: number
  readonly size: number
  readonly packetLength: number
  /** The beginning of the payload. */
  readonly head: Uint8Array
}

/** Where packets are taken from: the receiving side of the wire. */
export interface Arrivals {
  /** The first bytes that have arrived and not been taken: memory, and the offset in it. `undefined` if there is nothing, or nothing may be taken now. */
  first(): { readonly chunk: Uint8Array, readonly start: number } | undefined
  /** So many bytes of it have been taken. */
  skip(count: number): void
}

/** The payload of a packet, without the padding length. */
interface Parcel {
  readonly message: Uint8Array
  /** How far outside code has views of its memory. */
  given: number
}

const DATA = 94
const EXTENDED_DATA = 95
/** Ciphers return a payload in its own memory. If it is part of a larger block, it is copied. */
const SLACK = 64

/** The parcels of one session, by number: README.md explains them. C says when each is read, and when it is freed. */
export class Parcels {
  readonly #arrivals: Arrivals
  /** By number. Not a `Map`: V8 makes a new table now and then, and old tables, until they are collected, keep megabytes alive that nobody needs. */
  readonly #parcels: (Parcel | undefined)[] = [undefined]
  readonly #unused: number[] = []
  /** Where the current read wants its bytes: in parts, or in existing memory. */
  #parts: Uint8Array[] = []
  #target: Uint8Array | undefined
  #filled = 0

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals
  }

  /** Parcels that C has. */
  get size(): number {
    return this.#parcels.length - 1 - this.#unused.length
  }

  /** Calls C for a read. @returns what it has given, each part in its own memory. */
  collect(read: () => number): [rc: number, parts: Uint8Array[]] {
    const parts: Uint8Array[] = []
    this.#parts = parts
    this.#target = undefined
    return [read(), parts]
  }

  /** Like `collect`, joined into one. */
  collectJoined(read: () => number): [rc: number, bytes: Uint8Array] {
    const [rc, parts] = this.collect(read)
    return [rc, parts.length === 1 ? parts[0] as Uint8Array : joinBytes(parts)]
  }

  /** Calls C for a read of at most as many bytes as `target` has room for, and puts them there. */
  fill(target: Uint8Array, read: () => number): number {
    this.#target = target
    this.#filled = 0
    try {
      return read()
    } finally {
      this.#target = undefined
    }
  }

  /** Opens the next packet of the transport. @param room the most bytes that may be kept. @returns that packet; otherwise how much RECV may take at most, 0 for all. */
  take(cipher: PacketCipher, nonce: Uint8Array, room: number): TakenPacket | number {
    const first = this.#arrivals.first()
    if (!first) return 0
    const next = nextPacket(first.chunk, first.start)
    if (typeof next === 'number') return next
    const size = sizeOf(next)
    const text = size <= room ? opened(cipher, nonce, next.lengthField, next.text, next.tag) : undefined
    // Something is wrong with it, or it is not channel data: C takes it through RECV, alone, and reports any error.
    if (!text) return size
    this.#arrivals.skip(size)
    return { parcel: this.#add(part(text, 1, text.length - 1)), size, packetLength: text.length, head: text }
  }

  /** Keeps a copy of a message. @returns its parcel. */
  keep(message: Uint8Array): number {
    return this.#add(new Uint8Array(message))
  }

  #add(message: Uint8Array): number {
    const number = this.#unused.pop() ?? this.#parcels.length
    this.#parcels[number] = { message, given: 0 }
    return number
  }

  /** A read gets bytes of a parcel. */
  give(number: number, at: number, length: number): void {
    const parcel = this.#parcels[number] as Parcel
    if (this.#target) return this.#put(parcel.message.subarray(at, at + length))
    // A small part is copied: a view would keep the memory of the whole.
    if (2 * length < parcel.message.length) return void this.#parts.push(parcel.message.slice(at, at + length))
    parcel.given = at + length
    this.#parts.push(part(parcel.message, at, length))
  }

  /** A read gets bytes of C. */
  read(bytes: Uint8Array): void {
    if (this.#target) this.#put(bytes)
    else this.#parts.push(new Uint8Array(bytes))
  }

  #put(bytes: Uint8Array): void {
    this.#target?.set(bytes, this.#filled)
    this.#filled += bytes.length
  }

  /** Copies bytes of a parcel to C. */
  copy(number: number, at: number, target: Uint8Array): void {
    target.set((this.#parcels[number] as Parcel).message.subarray(at, at + target.length))
  }

  /** Zeroes it, like C's own blocks, except the part that a reader has received. */
  free(number: number): void {
    const parcel = this.#parcels[number]
    if (!parcel) return
    parcel.message.fill(0, parcel.given)
    this.#parcels[number] = undefined
    this.#unused.push(number)
  }

  /** The session is over, and C reports nothing any more. */
  clear(): void {
    for (let number = 1; number < this.#parcels.length; number++) this.free(number)
  }
}

/** The payload of a channel data packet; `undefined` if the cipher rejects it, or it is something else. */
function opened(cipher: PacketCipher, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
  let text: Uint8Array
  try {
    text = cipher.opened(nonce, associated, sealed, tag)
  } catch {
    return undefined
  }
  if (text.length !== sealed.length || (text[1] !== DATA && text[1] !== EXTENDED_DATA)) return undefined
  return text.buffer.byteLength > text.length + SLACK ? new Uint8Array(text) : text
}

/** A view of the same memory, and not a `Buffer`, whose slices are views. */
const part = (of: Uint8Array, at: number, length: number) => new Uint8Array(of.buffer, of.byteOffset + at, length)
