import type { PacketCipher } from '../runtime/host-crypto.ts'
import { joinBytes } from '../wire-format/bytes.ts'
import { nextPacket, sizeOf } from './next-packet.ts'

/** A packet that has been taken from the transport: its parcel's number, what it was on the transport, and the length that it says. */
export interface TakenPacket {
  readonly parcel: number
  readonly size: number
  readonly packetLength: number
  /** What the text begins with. */
  readonly head: Uint8Array
}

/** Where packets are taken from: the receiving side of the wire. */
export interface Arrivals {
  /** What has arrived first and not been taken: memory, and where in it that begins. `undefined` if there is nothing, or nothing may be taken now. */
  first(): { readonly chunk: Uint8Array, readonly start: number } | undefined
  /** So much of it has been taken. */
  skip(count: number): void
}

/** The text of a packet, without the length of its padding. */
interface Parcel {
  readonly message: Uint8Array
  /** How far somebody outside has views of its memory. */
  given: number
}

const DATA = 94
const EXTENDED_DATA = 95
/** Ciphers give a text in memory of its own. Where it is a part of more, it is copied. */
const SLACK = 64

/** The parcels of one session, by number: README.md tells what they are. C says when each is read, and when it is freed. */
export class Parcels {
  readonly #arrivals: Arrivals
  /** By number. No `Map`: V8 makes a new table now and then, and old ones, until they are collected, hold what was in them, megabytes that nobody needs. */
  readonly #parcels: (Parcel | undefined)[] = [undefined]
  readonly #unused: number[] = []
  /** Where the read that C is called for wants its bytes: in parts, or in memory that is there. */
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

  /** Calls C for a read. @returns what it has given, each part in memory of its own. */
  collect(read: () => number): [rc: number, parts: Uint8Array[]] {
    const parts: Uint8Array[] = []
    this.#parts = parts
    this.#target = undefined
    return [read(), parts]
  }

  /** As `collect`, as one. */
  collectJoined(read: () => number): [rc: number, bytes: Uint8Array] {
    const [rc, parts] = this.collect(read)
    return [rc, parts.length === 1 ? parts[0] as Uint8Array : joinBytes(parts)]
  }

  /** Calls C for a read of no more than `target` has room for, and puts it there. */
  fill(target: Uint8Array, read: () => number): number {
    this.#target = target
    this.#filled = 0
    try {
      return read()
    } finally {
      this.#target = undefined
    }
  }

  /** Opens the next packet of the transport. @param room more bytes may not be kept. @returns that packet; else how much RECV may take at most, 0 for all. */
  take(cipher: PacketCipher, nonce: Uint8Array, room: number): TakenPacket | number {
    const first = this.#arrivals.first()
    if (!first) return 0
    const next = nextPacket(first.chunk, first.start)
    if (typeof next === 'number') return next
    const size = sizeOf(next)
    const text = size <= room ? opened(cipher, nonce, next.lengthField, next.text, next.tag) : undefined
    // Whatever is wrong with it, or it is none of ours: C takes it by RECV, alone, and says so.
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
    // A small part is copied: it would hold the memory of the whole.
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

  /** As C's own blocks, it is zeroed, but for what somebody has been given. */
  free(number: number): void {
    const parcel = this.#parcels[number]
    if (!parcel) return
    parcel.message.fill(0, parcel.given)
    this.#parcels[number] = undefined
    this.#unused.push(number)
  }

  /** The session is over, and C says nothing any more. */
  clear(): void {
    for (let number = 1; number < this.#parcels.length; number++) this.free(number)
  }
}

/** The text of a packet of channel data; `undefined` where the cipher refuses it, or it is something else. */
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

/** A view of the same memory, and no `Buffer`, whose slices are views. */
const part = (of: Uint8Array, at: number, length: number) => new Uint8Array(of.buffer, of.byteOffset + at, length)
