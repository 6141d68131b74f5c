import type { Bytes } from '../ffi/exports.gen.ts'
import type { Heap } from '../ffi/heap.ts'
import type { HostKeys } from '../ffi/host-keys.ts'
import type { Instance } from '../ffi/instance.ts'
import { HOST_FAILED, HOST_PENDING } from '../ffi/host.gen.ts'
import type { PacketCipher } from '../runtime/host-crypto.ts'

/** The sending side of the wire. */
export interface Departures {
  /** Sends a copy. @returns a negative number on a closed transport. */
  send(data: Uint8Array): number
  /** Sends memory that is handed over. */
  give(data: Uint8Array): void
}

/** What is written. */
export interface Text {
  /** Bytes of it that have not been written. */
  readonly left: number
  /** Copies `length` bytes of these, from `at` on, into `target`. */
  copy(at: number, length: number, target: Uint8Array, to?: number): void
}

const LENGTH_FIELD = 4
const NONCE = 12
/** Room for the head, the text and the padding of the largest packet of channel data. */
const LARGEST_PACKET = 33 << 10
/** Smaller packets get memory of their own: an idle session, or one of keystrokes, holds nothing. */
const LARGE = 16 << 10

/** What the application writes, which stays in its memory: C asks for a copy of it, or has the packet sealed here. */
export class Outgoing {
  readonly #departures: Departures
  readonly #heap: Heap
  readonly #keys: HostKeys
  readonly #nonce = new Uint8Array(NONCE)
  /** While C is called for a write: what is written. */
  text: Text | undefined
  /** Where the parts of a large packet are joined, for one call of the cipher. */
  #memory: Uint8Array | undefined
  /** The last packet in it: those of a large write have the same length, and need no further views. */
  #last: Packet | undefined

  /** @param instance whose memory C has, and its keys. */
  constructor(departures: Departures, { heap, hostKeys }: Pick<Instance, 'heap' | 'hostKeys'>) {
    this.#departures = departures
    this.#heap = heap
    this.#keys = hostKeys
  }

  /** Copies bytes of the text to C. */
  copy(at: number, to: Bytes, length: number): void {
    this.#take(at, length, this.#heap.view(to, length), 0)
  }

  #take(at: number, length: number, target: Uint8Array, to: number): void {
    if (!this.text || at + length > this.text.left) throw new RangeError('C sends more than is written')
    this.text.copy(at, length, target, to)
  }

  /**
   * Seals a packet of `head` bytes of `packet`, `length` of the text from `at` on and `padding` bytes behind the head, and sends it. Returns 0, `HOST_FAILED` with nothing sent, or
   * `HOST_PENDING` on a closed transport.
   */
  seal(key: number, nonce: Bytes, packet: Bytes, head: number, at: number, length: number, padding: number): number {
    const heap = this.#heap
    const { whole, lengthField, rest } = this.#packet(head + length + padding)
    heap.read(packet, head, whole)
    this.#take(at, length, whole, head)
    heap.read((packet + head) as Bytes, padding, whole, head + length)
    heap.read(nonce, NONCE, this.#nonce)
    const sealed = attempt(this.#keys.get(key) as PacketCipher, this.#nonce, lengthField, rest)
    if (!sealed) return HOST_FAILED
    if (this.#departures.send(lengthField) < 0) return HOST_PENDING
    this.#departures.give(sealed[0])
    this.#departures.send(sealed[1])
    return 0
  }

  #packet(size: number): Packet {
    if (size < LARGE) return packetIn(new Uint8Array(size))
    this.#memory ??= new Uint8Array(LARGEST_PACKET)
    return this.#last = this.#last?.whole.length === size ? this.#last : packetIn(this.#memory.subarray(0, size))
  }

  /** The session is over: its plaintext is zeroed. */
  clear(): void {
    this.#memory?.fill(0)
    this.#memory = this.#last = undefined
  }
}

/** The memory of a packet, and the two parts of it that a cipher gets. */
interface Packet {
  readonly whole: Uint8Array
  /** Associated data. */
  readonly lengthField: Uint8Array
  readonly rest: Uint8Array
}

const packetIn = (whole: Uint8Array): Packet => ({ whole, lengthField: whole.subarray(0, LENGTH_FIELD), rest: whole.subarray(LENGTH_FIELD) })

/** Nothing of another length may leave: it would be no packet, or plaintext. */
function attempt(cipher: PacketCipher, nonce: Uint8Array, associated: Uint8Array, text: Uint8Array): [Uint8Array, Uint8Array] | undefined {
  try {
    const sealed = cipher.sealed(nonce, associated, text)
    return sealed[0].length === text.length ? sealed : undefined
  } catch {
    return undefined
  }
}
