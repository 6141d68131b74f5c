import type { Bytes } from '../ffi/exports.gen.ts'
import type { Heap } from '../ffi/heap.ts'
import { HOST_PARCEL_HEAD } from '../ffi/host.gen.ts'
import type { HostKeys } from '../ffi/host-keys.ts'
import type { Instance } from '../ffi/instance.ts'
import { TAKEN_PACKET } from '../ffi/layouts.gen.ts'
import type { PacketCipher } from '../runtime/host-crypto.ts'
import { joinBytes } from '../wire-format/bytes.ts'
import { FRAME, LENGTH_FIELD, nextPacket, TAG, upToLarge } from './next-packet.ts'

/** Where packets are taken from: the receiving side of the wire. */
export interface Arrivals {
  /** The memory of the first bytes that have arrived and not been taken. `undefined` if there is nothing, or nothing may be taken now. */
  first(): Uint8Array | undefined
  /** Where in that memory they begin. */
  readonly head: number
  /** That memory, and what has arrived behind it. */
  readonly chunks: readonly Uint8Array[]
  /** Set once nothing more will come. */
  readonly ended: unknown
  /** So many bytes of it have been taken. */
  skip(count: number): void
}

/** The payload of a packet. */
interface Parcel {
  readonly memory: Uint8Array
  /** Where in it the message begins: behind the padding length, if that is there. */
  readonly begin: number
  /** How far outside code has views of its memory. */
  given: number
}

const NONCE = 12
const DATA = 94
const EXTENDED_DATA = 95
/** What comes in more pieces than this is not worth the wait, and so many would take more memory than their bytes: C takes it as it comes. */
const MOST_CHUNKS = 8
/** Ciphers return a payload in its own memory. If it is part of a larger block, it is copied. */
const SLACK = 64

/** The parcels of one session, by number: README.md explains them. C calls `take`, `keep`, `give`, `read`, `copy` and `free`: it says when each is read, and when it is freed. */
export class Parcels {
  readonly #arrivals: Arrivals
  readonly #heap: Heap
  readonly #keys: HostKeys
  /** What is short of the packet that is being opened: views of each packet would cost more than copies. */
  readonly #nonce = new Uint8Array(NONCE)
  readonly #lengthField = new Uint8Array(LENGTH_FIELD)
  readonly #tag = new Uint8Array(TAG)
  readonly #head = new Uint8Array(HOST_PARCEL_HEAD)
  /** Where the parts of a packet are joined that came in several chunks. */
  #joined = new Uint8Array(0)
  #waits = false
  /** By number. Not a `Map`: V8 makes a new table now and then, and old tables, until they are collected, keep megabytes alive that nobody needs. */
  readonly #parcels: (Parcel | undefined)[] = [undefined]
  readonly #unused: number[] = []
  /** Where the current read wants its bytes: in parts, or in existing memory. */
  #parts: Uint8Array[] = []
  #target: Uint8Array | undefined
  #filled = 0

  /** @param instance whose memory C has, and its keys. */
  constructor(arrivals: Arrivals, { heap, hostKeys }: Pick<Instance, 'heap' | 'hostKeys'>) {
    this.#arrivals = arrivals
    this.#heap = heap
    this.#keys = hostKeys
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

  /**
   * Opens the next packet of the transport. @param room the most bytes that may be kept. @param taken gets its size and length. @param head gets its first bytes.
   * @returns its parcel; otherwise 0, and `taken` gets how much RECV may take at most, 0 for all. RECV comes next then, and asks `waits()`.
   */
  take(key: number, nonce: Bytes, room: number, taken: Bytes, head: Bytes): number {
    const arrivals = this.#arrivals
    const heap = this.#heap
    const arrived = arrivals.first()
    if (!arrived) return 0
    const start = arrivals.head
    const length = nextPacket(arrived, start)
    const size = FRAME + length
    let text: Uint8Array | undefined
    if (length > 0 && size <= room) {
      const whole = start + size <= arrived.length
      if (whole || this.#join(size)) {
        heap.read(nonce, NONCE, this.#nonce)
        text = this.#opened(this.#keys.get(key) as PacketCipher, whole ? arrived : this.#joined, whole ? start : 0, length)
      } else if (!arrivals.ended && arrivals.chunks.length <= MOST_CHUNKS) {
        this.#waits = true
        return 0
      }
    }
    if (!text) {
      // If something is wrong with it, or it is not channel data, C takes it through RECV, alone, and reports any error.
      heap.setU32((taken + TAKEN_PACKET.most) as Bytes, length > 0 ? size : upToLarge(arrived, start))
      return 0
    }
    arrivals.skip(size)
    heap.setU32((taken + TAKEN_PACKET.size) as Bytes, size)
    heap.setU32((taken + TAKEN_PACKET.packet_length) as Bytes, length)
    copyFew(text, 0, this.#head)
    heap.write(head, this.#head)
    return this.#add(text, 1)
  }

  /** Copies the next `size` bytes into one memory. False if fewer have arrived. */
  #join(size: number): boolean {
    const { chunks, head } = this.#arrivals
    let there = -head
    const last = chunks.findIndex(({ length }) => (there += length) >= size)
    if (last < 0) return false
    if (this.#joined.length < size) this.#joined = new Uint8Array(size)
    let filled = 0
    for (const chunk of chunks.slice(0, last + 1)) {
      const from = filled === 0 ? head : 0
      const part = chunk.subarray(from, from + size - filled)
      this.#joined.set(part, filled)
      filled += part.length
    }
    return true
  }

  /** Whether there is nothing for RECV: nothing has arrived, or the rest of a packet has to arrive first. RECV asks once after each `take`. */
  waits(): boolean {
    const waits = this.#waits || this.#arrivals.chunks.length === 0
    this.#waits = false
    return waits
  }

  /** The text of a channel data packet; `undefined` if the cipher rejects it, or it is something else. */
  #opened(cipher: PacketCipher, arrived: Uint8Array, start: number, length: number): Uint8Array | undefined {
    const begin = start + LENGTH_FIELD
    copyFew(arrived, start, this.#lengthField)
    copyFew(arrived, begin + length, this.#tag)
    let text: Uint8Array
    try {
      text = cipher.opened(this.#nonce, this.#lengthField, arrived.subarray(begin, begin + length), this.#tag)
    } catch {
      return undefined
    }
    if (text.length !== length || (text[1] !== DATA && text[1] !== EXTENDED_DATA)) return undefined
    return text.buffer.byteLength > length + SLACK ? new Uint8Array(text) : text
  }

  /** Keeps a copy of a message. @returns its parcel. */
  keep(message: Bytes, length: number): number {
    return this.#add(this.#heap.copy(message, length), 0)
  }

  #add(memory: Uint8Array, begin: number): number {
    const number = this.#unused.pop() ?? this.#parcels.length
    this.#parcels[number] = { memory, begin, given: 0 }
    return number
  }

  /** A read gets bytes of a parcel. */
  give(number: number, at: number, length: number): void {
    const parcel = this.#parcels[number] as Parcel
    const bytes = part(parcel.memory, parcel.begin + at, length)
    if (this.#target) return this.#put(bytes)
    // A small part is copied: a view would keep the memory of the whole.
    if (2 * length < parcel.memory.length) return void this.#parts.push(bytes.slice())
    parcel.given = parcel.begin + at + length
    this.#parts.push(bytes)
  }

  /** A read gets bytes of C. */
  read(bytes: Bytes, length: number): void {
    if (this.#target) this.#put(this.#heap.view(bytes, length))
    else this.#parts.push(this.#heap.copy(bytes, length))
  }

  #put(bytes: Uint8Array): void {
    this.#target?.set(bytes, this.#filled)
    this.#filled += bytes.length
  }

  /** Copies bytes of a parcel to C. */
  copy(number: number, at: number, to: Bytes, length: number): void {
    const { memory, begin } = this.#parcels[number] as Parcel
    this.#heap.write(to, part(memory, begin + at, length))
  }

  /** Zeroes it, like C's own blocks, except the part that a reader has received. */
  free(number: number): void {
    const parcel = this.#parcels[number]
    if (!parcel) return
    // Not the `fill` of a `Buffer`, which ciphers may give: that costs as much as a view.
    Uint8Array.prototype.fill.call(parcel.memory, 0, parcel.given)
    this.#parcels[number] = undefined
    this.#unused.push(number)
  }

  /** The session is over, and C reports nothing any more. */
  clear(): void {
    for (let number = 1; number < this.#parcels.length; number++) this.free(number)
  }
}

/** For a few bytes: fills `target` from `at` on. */
function copyFew(from: Uint8Array, at: number, target: Uint8Array): void {
  for (let byte = 0; byte < target.length; byte++) target[byte] = from[at + byte] as number
}

/** A view of the same memory, and not a `Buffer`, whose slices are views. */
const part = (of: Uint8Array, at: number, length: number) => new Uint8Array(of.buffer, of.byteOffset + at, length)
