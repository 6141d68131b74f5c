/** What goes over the wire, for the limits: its framing, cut at every place, and what is counted of it. */
import { describe, expect, it } from 'vitest'
import { type Counts, ofData } from '../../../bench/limits/counted.ts'
import { packetReader } from '../../../bench/limits/packet-reader.ts'
import { ADJUSTMENT, BODY, TAG } from '../../../bench/limits/packet-sizes.ts'
import { none, type Small, wireCounter } from '../../../bench/limits/wire-counts.ts'

function packet(body: number, fill: number, tag = TAG): Buffer {
  const whole = Buffer.alloc(4 + body + tag, fill)
  whole.writeUInt32BE(body)
  return whole
}

/** A plain packet with a message of this number, before the tag. */
function plain(number: number, body = 12): Buffer {
  const whole = packet(body, 0, 0)
  whole[5] = number
  return whole
}

const [KEXINIT, NEWKEYS] = [20, 21]
const wire = Buffer.concat([
  Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), plain(KEXINIT, 1100), plain(31, 200), plain(NEWKEYS), packet(ADJUSTMENT, 1), packet(48, 2), packet(112, 3), packet(BODY + 16, 4), packet(4 << 10, 5),
  packet(ADJUSTMENT, NEWKEYS), packet(32, NEWKEYS), packet((4 << 10) - 16, 6),
])
const expected: Small = { adjustments: 2, messages: 4, messageBytes: 48 + 112 + 32 + (4 << 10) - 16 }

describe('packets on the wire', () => {
  it.each([1, 2, 3, 5, 17, 4096, wire.length])('are counted in pieces of %i bytes', (size) => {
    const small = none()
    const seen = wireCounter(small)
    for (let at = 0; at < wire.length; at += size) seen(wire.subarray(at, at + size))
    expect(small).toEqual(expected)
  })

  it('are found whole, wherever two pieces are cut', () => {
    const packets = [packet(ADJUSTMENT, 1), packet(48, 2), packet(32, 3)]
    const all = Buffer.concat(packets)
    for (let cut = 0; cut <= all.length; cut++) {
      const found: Buffer[] = []
      const read = packetReader((whole) => void found.push(Buffer.from(whole)))
      read(all.subarray(0, cut))
      read(all.subarray(cut))
      expect(found).toEqual(packets)
    }
  })

  it('are no longer than a server accepts', () => {
    expect(() => packetReader(() => {})(Buffer.from([0xff, 0, 0, 0, 0]))).toThrow('bytes')
  })

  it('count per gigabyte, without those of a process without data', () => {
    const counts = (times: number, bytes: number): Counts => ({
      sealed: { adjustments: 5 * times, messages: 4 * times, messageBytes: 300 * times }, opened: { adjustments: times, messages: 0, messageBytes: 0 }, writes: 7 * times, bytes,
    })
    expect(ofData(counts(11, 5e8), counts(1, 1))).toEqual({
      sealed: { adjustments: 100, messages: 80, messageBytes: 6000, writes: 140 }, opened: { adjustments: 20, messages: 0, messageBytes: 0, writes: 140 },
    })
    expect(ofData(counts(1, 5e8), counts(2, 1)).sealed.adjustments).toBe(0)
  })
})
