import { createDecipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Bytes } from '../../../src/ffi/exports.gen.ts'
import { Heap } from '../../../src/ffi/heap.ts'
import { HOST_FAILED, HOST_PENDING } from '../../../src/ffi/host.gen.ts'
import { Outgoing } from '../../../src/parcels/outgoing.ts'
import type { PacketCipher } from '../../../src/runtime/host-crypto.ts'
import { Unwritten } from '../../../src/wire-format/unwritten.ts'
import { nodeCrypto } from '../../../src/transports/host-crypto/node.ts'

const KEY = new Uint8Array(16).fill(7)
const NONCE = new Uint8Array(12).fill(9)
/** A length field, a length of padding and what a message begins with; 5 bytes of padding follow. */
const HEAD = Uint8Array.of(0, 0, 0, 96, 5, 94, 0, 0, 0, 0, 0, 0, 0, 81)
const PADDING = Uint8Array.of(1, 2, 3, 4, 5)

/** C's memory: the nonce, the head and the padding behind it, and where C has a text copied. */
const [NONCE_AT, HEAD_AT, TEXT_AT] = [16, 32, 64] as Bytes[] as [Bytes, Bytes, Bytes]
const memory = new Uint8Array(128)
memory.set(NONCE, NONCE_AT)
memory.set([...HEAD, ...PADDING, 0xee], HEAD_AT)
const heap = new Heap({ exports: undefined as never, HEAPU8: memory, numbers: new DataView(memory.buffer) })
const keys = new Map<number, PacketCipher>()

function outgoingOf(open = true) {
  const parts: Uint8Array[] = []
  const outgoing = new Outgoing({
    send(data) {
      if (open) parts.push(Buffer.from(data))
      return open ? data.length : HOST_FAILED
    },
    give: (text) => { parts.push(text) },
  }, { heap, hostKeys: keys })
  return {
    outgoing,
    /** The packets: each in three parts. */
    sent: () => Array.from({ length: Math.ceil(parts.length / 3) }, (_, at) => Buffer.concat(parts.slice(3 * at, 3 * at + 3))),
  }
}

function seal(outgoing: Outgoing, text: Uint8Array, cipher: PacketCipher, length = text.length, at = 0): number {
  keys.set(1, cipher)
  outgoing.text = new Unwritten([text])
  try {
    return sealNow(outgoing, length, at)
  } finally {
    outgoing.text = undefined
  }
}

const sealNow = (outgoing: Outgoing, length: number, at = 0) => outgoing.seal(1, NONCE_AT, HEAD_AT, HEAD.length, at, length, PADDING.length)

function opened(packet: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-128-gcm', KEY, NONCE, { authTagLength: 16 })
  decipher.setAAD(packet.subarray(0, 4))
  decipher.setAuthTag(packet.subarray(-16))
  return Buffer.concat([packet.subarray(0, 4), decipher.update(packet.subarray(4, -16)), decipher.final()])
}

test.each([0, 81, 4096, 32768])('a packet of %i bytes of text is head, text and padding, and the text stays as it is', (size) => {
  const { outgoing, sent } = outgoingOf()
  const text = new Uint8Array(size).map((_, at) => at * 7)
  const before = text.slice()
  // What an earlier packet has left in the memory is not sent again.
  seal(outgoing, new Uint8Array(32768).fill(0xee), nodeCrypto.aesGcm(KEY))
  expect(seal(outgoing, text, nodeCrypto.aesGcm(KEY))).toBe(0)
  expect(text).toEqual(before)
  expect(Buffer.compare(opened(sent()[1] as Uint8Array), Buffer.concat([HEAD, text, PADDING]))).toBe(0)
})

test('what is sent is in memory of its own: writing to the text afterwards changes nothing', () => {
  const { outgoing, sent } = outgoingOf()
  const text = new Uint8Array(20_000).fill(1)
  seal(outgoing, text, nodeCrypto.aesGcm(KEY))
  text.fill(2)
  seal(outgoing, text, nodeCrypto.aesGcm(KEY))
  expect(opened(sent()[0] as Uint8Array)[HEAD.length]).toBe(1)
  expect(opened(sent()[1] as Uint8Array)[HEAD.length]).toBe(2)
})

test('only the part of the text that C asks for is sent', () => {
  const { outgoing, sent } = outgoingOf()
  seal(outgoing, Uint8Array.of(1, 2, 3, 4), nodeCrypto.aesGcm(KEY), 2, 1)
  expect([...opened(sent()[0] as Uint8Array).subarray(HEAD.length)]).toEqual([2, 3, ...PADDING])
  outgoing.text = new Unwritten([Uint8Array.of(7, 8), Uint8Array.of(9, 10, 11)])
  outgoing.copy(1, TEXT_AT, 3)
  expect([...memory.subarray(TEXT_AT, TEXT_AT + 4)]).toEqual([8, 9, 10, 0])
})

const right = nodeCrypto.aesGcm(KEY)
test.each<[string, PacketCipher]>([
  ['throws', { ...right, sealed: () => { throw new Error('no cipher') } }],
  ['gives too little', { ...right, sealed: (...packet) => { const [text, tag] = right.sealed(...packet); return [text.subarray(1), tag] } }],
  ['gives too much', { ...right, sealed: (...packet) => { const [text, tag] = right.sealed(...packet); return [Buffer.concat([text, tag]), tag] } }],
])('nothing is sent where the cipher %s', (_, cipher) => {
  const { outgoing, sent } = outgoingOf()
  expect(seal(outgoing, new Uint8Array(81), cipher)).toBe(HOST_FAILED)
  expect(sent()).toEqual([])
})

test('a closed transport is told apart from a cipher that fails', () => {
  expect(seal(outgoingOf(false).outgoing, new Uint8Array(81), right)).toBe(HOST_PENDING)
})

test('more than is written, or anything outside of a write, is refused', () => {
  const { outgoing, sent } = outgoingOf()
  expect(() => seal(outgoing, new Uint8Array(81), right, 82)).toThrow(RangeError)
  expect(() => sealNow(outgoing, 1)).toThrow(RangeError)
  expect(() => outgoing.copy(0, TEXT_AT, 1)).toThrow(RangeError)
  expect(sent()).toEqual([])
})
