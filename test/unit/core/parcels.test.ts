import { createCipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Bytes } from '../../../src/ffi/exports.gen.ts'
import { Heap } from '../../../src/ffi/heap.ts'
import { TAKEN_PACKET } from '../../../src/ffi/layouts.gen.ts'
import { joinSmall } from '../../../src/client/join-small.ts'
import { nextPacket, upToLarge } from '../../../src/parcels/next-packet.ts'
import { Parcels } from '../../../src/parcels/parcels.ts'
import type { PacketCipher } from '../../../src/runtime/host-crypto.ts'
import { nodeCrypto } from '../../../src/transports/host-crypto/node.ts'

const KEY = new Uint8Array(16).fill(7)
const NONCE = new Uint8Array(12).fill(9)

function sealed(text: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const cipher = createCipheriv('aes-128-gcm', KEY, NONCE, { authTagLength: 16 })
  cipher.setAAD(length)
  return Uint8Array.from(Buffer.concat([length, cipher.update(text), cipher.final(), cipher.getAuthTag()]))
}

/** Padding of 4 bytes, type, channel 0, and its data. */
function message(type: number, size = 8192): Uint8Array {
  const text = new Uint8Array(size).map((_, at) => at)
  text.set([4, type, 0, 0, 0, 0, 0, 0, (size - 14) >> 8, (size - 14) & 255])
  return text
}

function parcelsOf(...chunks: Uint8Array[]) {
  const skipped: number[] = []
  const arrivals = {
    head: 0,
    chunks,
    ended: undefined as unknown,
    first: () => chunks[0],
    skip(count: number) {
      skipped.push(count)
      arrivals.head += count
    },
  }
  const memory = new Uint8Array(1 << 16)
  const numbers = new DataView(memory.buffer)
  const keys = new Map<number, PacketCipher>()
  const parcels = new Parcels(arrivals, { heap: new Heap({ exports: undefined as never, HEAPU8: memory, numbers }), hostKeys: keys })
  return {
    parcels, skipped, memory, arrivals,
    /** What C does: the parcel and the packet's length; otherwise how much it may take. */
    take(cipher: PacketCipher, nonce: Uint8Array, room: number) {
      keys.set(1, cipher)
      memory.set(nonce, NONCE_AT)
      const parcel = parcels.take(1, NONCE_AT, room, TAKEN_AT, HEAD_AT)
      const [most, size, length] = ['most', 'size', 'packet_length'].map((name) => numbers.getUint32(TAKEN_AT + TAKEN_PACKET[name as 'most'], true))
      return parcel === 0 ? most as number : { parcel, size, length, head: memory.slice(HEAD_AT, HEAD_AT + 17) }
    },
    keep(message: Uint8Array) {
      memory.set(message, MESSAGE_AT)
      return parcels.keep(MESSAGE_AT, message.length)
    },
    /** A read gets bytes that C holds. */
    read(...bytes: number[]) {
      memory.set(bytes, MESSAGE_AT)
      parcels.read(MESSAGE_AT, bytes.length)
    },
  }
}

/** Where a test's memory has them. */
const [NONCE_AT, TAKEN_AT, HEAD_AT, MESSAGE_AT] = [16, 32, 64, 128] as Bytes[] as [Bytes, Bytes, Bytes, Bytes]

const cipher = () => nodeCrypto.aesGcm(KEY)
const lengthOf = (value: number, size: number) => {
  const bytes = new Uint8Array(size)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

test.each([0, 1, 5, 15, 17, 4095])('a packet_length of %i is C\'s', (length) => {
  expect(nextPacket(lengthOf(length, 9000), 0)).toBe(0)
})

test.each([4097, 40_001, 2 ** 18 + 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 16, 2 ** 32 - 1])('a packet_length of %i is C\'s, with all that is there', (length) => {
  expect([nextPacket(lengthOf(length, 300_000), 0), upToLarge(lengthOf(length, 300_000), 0)]).toEqual([0, 300_000])
})

test('a large packet is found at its place, with what it lacks still to come; where its length is cut it is C\'s', () => {
  const packet = sealed(message(94))
  const chunk = new Uint8Array([1, 2, 3, ...packet, 4])
  for (const end of [chunk.length, -1, -2, 7]) expect(nextPacket(chunk.subarray(0, end), 3)).toBe(8192)
  for (const [end, left] of [[6, 3], [3, 0]] as const) expect([nextPacket(chunk.subarray(0, end), 3), upToLarge(chunk.subarray(0, end), 3)]).toEqual([0, left])
})

test('a packet in several chunks is taken, wherever they are cut', () => {
  const packet = sealed(message(94))
  const around = new Uint8Array([1, 2, 3, ...packet, 4, 5])
  for (const cuts of [[7], [8], [4000], [packet.length + 2], [20, 21], [100, 200, 300, 4000, 8000]]) {
    const bounds = [0, ...cuts, around.length]
    const { parcels, skipped, take, arrivals } = parcelsOf(...cuts.map((cut, at) => around.subarray(bounds[at], cut)), around.subarray(cuts.at(-1)))
    arrivals.head = 3
    expect(take(cipher(), NONCE, 1 << 20)).toEqual({ parcel: 1, size: packet.length, length: 8192, head: message(94).slice(0, 17) })
    const [, bytes] = parcels.collectJoined(() => { parcels.give(1, 9, 8178); return 8178 })
    expect(Buffer.from(bytes).equals(message(94).subarray(10, 10 + 8178))).toBe(true)
    expect([skipped, parcels.waits()]).toEqual([[packet.length], false])
  }
})

test('RECV waits for the rest of a packet, unless nothing more comes, its memory is short, or it comes in crumbs', () => {
  const packet = sealed(message(94))
  const parts = (count: number) => Array.from({ length: count }, (_, at) => packet.subarray(at * 100, at === 7 ? 8000 : (at + 1) * 100))
  const { parcels, skipped, take, arrivals } = parcelsOf(...parts(2))
  expect([take(cipher(), NONCE, 1 << 20), parcels.waits(), parcels.waits(), skipped]).toEqual([0, true, false, []])
  expect([take(cipher(), NONCE, packet.length - 1), parcels.waits()]).toEqual([packet.length, false])
  arrivals.ended = {}
  expect([take(cipher(), NONCE, 1 << 20), parcels.waits()]).toEqual([packet.length, false])
  const [eight, nine] = [parcelsOf(...parts(8)), parcelsOf(...parts(7), packet.subarray(700, 710), packet.subarray(710, 800))]
  expect([eight.take(cipher(), NONCE, 1 << 20), eight.parcels.waits()]).toEqual([0, true])
  expect([nine.take(cipher(), NONCE, 1 << 20), nine.parcels.waits()]).toEqual([packet.length, false])
})

test('a packet in two chunks whose tag is wrong: nothing is taken', () => {
  const packet = sealed(message(94)).map((byte, at) => at === 5000 ? byte ^ 1 : byte)
  const { parcels, skipped, take } = parcelsOf(packet.subarray(0, 100), packet.subarray(100))
  expect([take(cipher(), NONCE, 1 << 20), parcels.waits(), parcels.size, skipped]).toEqual([packet.length, false, 0, []])
})

test('small packets are C\'s, up to the first large one', () => {
  const small = sealed(message(94, 48))
  const large = sealed(message(94))
  expect(upToLarge(new Uint8Array([...small, ...small, ...large]), 0)).toBe(2 * small.length)
  expect(upToLarge(new Uint8Array([...small, ...small.subarray(0, 20)]), 0)).toBe(small.length + 20)
})

test('channel data is taken, and nothing else', () => {
  for (const [type, taken] of [[94, true], [95, true], [93, false], [2, false], [20, false], [0, false]] as const) {
    const packet = sealed(message(type))
    const { parcels, skipped, take } = parcelsOf(packet)
    expect(take(cipher(), NONCE, 1 << 20)).toEqual(taken ? { parcel: 1, size: packet.length, length: 8192, head: message(type).slice(0, 17) } : packet.length)
    expect(skipped).toEqual(taken ? [packet.length] : [])
    expect(parcels.size).toBe(Number(taken))
  }
})

const faults: Record<string, (right: PacketCipher) => Partial<PacketCipher>> = {
  'throws': () => ({ opened() { throw new Error('broken') } }),
  'gives too little': ({ opened }) => ({ opened: (...packet) => opened(...packet).subarray(0, -16) }),
  'gives nothing': () => ({ opened: () => new Uint8Array(0) }),
}

test.each(Object.entries(faults))('a cipher of the runtime that %s: nothing is taken', (_, fault) => {
  const right = cipher()
  const { parcels, skipped, take } = parcelsOf(sealed(message(94)))
  expect(take({ ...right, ...fault(right) }, NONCE, 1 << 20)).toBe(8192 + 20)
  expect([parcels.size, skipped]).toEqual([0, []])
})

test('a wrong tag, nonce or length, or too little room: nothing is taken', () => {
  const packet = sealed(message(94))
  const changed = (at: number) => packet.map((byte, place) => place === at ? byte ^ 1 : byte)
  for (const bytes of [changed(packet.length - 1), changed(4), changed(3000)]) {
    const { skipped, take } = parcelsOf(bytes)
    expect([take(cipher(), NONCE, 1 << 20), skipped]).toEqual([packet.length, []])
  }
  const { take } = parcelsOf(packet)
  expect(take(cipher(), new Uint8Array(12), 1 << 20)).toBe(packet.length)
  expect(take(cipher(), NONCE, packet.length - 1)).toBe(packet.length)
  expect(take(cipher(), NONCE, packet.length)).toMatchObject({ length: 8192 })
})

test('the memory of the ciphertext is not kept, nor a pool of the cipher\'s', () => {
  const packet = sealed(message(94))
  const right = cipher()
  const pool = new Uint8Array(1 << 20)
  const { parcels, take } = parcelsOf(packet)
  const { parcel } = take({ ...right, opened: (...given) => { pool.set(right.opened(...given)); return pool.subarray(0, 8192) } }, NONCE, 1 << 20) as { parcel: number }
  const [, parts] = parcels.collect(() => { parcels.give(parcel, 9, 8178); return 8178 })
  packet.fill(0)
  pool.fill(0)
  expect(parts[0]?.[8]).toBe((10 + 8) & 255)
  expect(parts[0]?.buffer.byteLength).toBeLessThan(9000)
})

test('a parcel is zeroed when it is freed, but for what somebody has been given', () => {
  const { parcels, keep } = parcelsOf()
  const text = message(94).subarray(1)
  const [unread, copied, given] = [keep(text), keep(text), keep(text)]
  const views: Uint8Array[] = []
  // What a parcel lies in can be seen by a reader that gets almost all of it.
  for (const number of [unread, given]) parcels.collect(() => { parcels.give(number, 9, 8000); return 8000 })[1].forEach((view) => views.push(view))
  const [, small] = parcels.collect(() => { parcels.give(copied, 9, 10); return 10 })
  expect(small[0]?.buffer.byteLength).toBe(10)
  for (const number of [unread, copied, given]) parcels.free(number)
  expect(views.map((view) => view[0])).toEqual([10, 10])
  expect(views.map((view) => new Uint8Array(view.buffer).subarray(-100).every((byte) => byte === 0))).toEqual([true, true])
  expect(parcels.size).toBe(0)
  parcels.free(unread)
})

test('a trap or the end of the session leaves no parcel', () => {
  const { parcels, keep, memory } = parcelsOf()
  const number = keep(message(94).subarray(1))
  keep(message(94).subarray(1))
  parcels.copy(number, 9, TAKEN_AT, 4)
  expect([...memory.subarray(TAKEN_AT, TAKEN_AT + 5)]).toEqual([10, 11, 12, 13, 0])
  parcels.clear()
  expect(parcels.size).toBe(0)
})

test('a read into memory gets its bytes one behind the other, from parcels and from C', () => {
  const { parcels, keep, read } = parcelsOf()
  const number = keep(message(94).subarray(1))
  const target = new Uint8Array(8)
  expect(parcels.fill(target, () => { read(1, 2); parcels.give(number, 9, 3); read(3); return 6 })).toBe(6)
  expect([...target]).toEqual([1, 2, 10, 11, 12, 3, 0, 0])
})

test('neighbours that are small are joined', () => {
  const sizes = (...list: number[]) => joinSmall(list.map((size) => new Uint8Array(size).fill(size))).map(({ length }) => length)
  expect(sizes()).toEqual([])
  expect(sizes(5)).toEqual([5])
  expect(sizes(5, 6, 7)).toEqual([18])
  expect(sizes(32_768, 5, 6, 32_768, 32_768, 7)).toEqual([32_768, 11, 32_768, 32_768, 7])
  expect([...joinSmall([Uint8Array.of(1), Uint8Array.of(2, 3)])[0] as Uint8Array]).toEqual([1, 2, 3])
})
