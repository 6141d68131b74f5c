/** The arithmetic and the parsing of the least client in Node (bench/limits/bare-client.ts): packets, requests, and replies that are cut at every place. */
import { describe, expect, it } from 'vitest'
import { bareCpu, bareRate } from '../../../bench/limits/bare.ts'
import { opener, sealer } from '../../../bench/limits/bare-cipher.ts'
import { DATA, dataPacket, increase, message, packetOf } from '../../../bench/limits/bare-packets.ts'
import { offset, replyReader, request, SSH_FXP, succeeded } from '../../../bench/limits/bare-replies.ts'
import { writeRequest } from '../../../bench/limits/bare-write-request.ts'
import { BODY } from '../../../bench/limits/packet-sizes.ts'
import type { Row } from '../../../bench/limits/transfers.ts'

/** RFC 4253 section 6. @returns the payload */
function payloadOf(packet: Buffer): Buffer {
  const [length, padding] = [packet.readUInt32BE(), packet.readUInt8(4)]
  expect(packet).toHaveLength(4 + length)
  expect(length % 16).toBe(0)
  expect(padding).toBeGreaterThanOrEqual(4)
  expect(padding).toBeLessThan(4 + 16)
  return packet.subarray(5, packet.length - padding)
}

describe('packets of the bare client', () => {
  it('hold payloads of every length in whole blocks', () => {
    for (let length = 1; length < 70; length++) {
      const payload = Buffer.alloc(length, length)
      expect(payloadOf(packetOf(payload))).toEqual(payload)
    }
  })

  it('have room for data where it is read to', () => {
    const packet = dataPacket(7, 100)
    packet.fill(0xaa, DATA, DATA + 100)
    expect(payloadOf(packet)).toEqual(Buffer.concat([message(94, 7, Buffer.alloc(100, 0xaa))]))
  })

  it('are messages of numbers, booleans, text and bytes', () => {
    expect(message(98, 3, 'exec', true, new Uint8Array([9])).toString('hex')).toBe('6200000003000000046578656301' + '0000000109')
  })

  it('count in the last eight bytes of the nonce', () => {
    const nonce = new Uint8Array(12).fill(0xff)
    nonce[4] = 1
    increase(nonce)
    expect([...nonce]).toEqual([255, 255, 255, 255, 2, 0, 0, 0, 0, 0, 0, 0])
    increase(nonce)
    expect(nonce[11]).toBe(1)
    nonce.fill(0xff)
    increase(nonce)
    expect([...nonce]).toEqual([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0])
  })
})

describe('the cipher of the bare client', () => {
  const direction = () => ({ key: new Uint8Array(16).fill(1), nonce: new Uint8Array(12).fill(0xff) })

  it('opens what it has sealed, in its order', () => {
    const [seal, open] = [sealer(direction()), opener(direction())]
    const packets = [1, 2, 3].map((length) => packetOf(Buffer.alloc(40 * length, length)))
    const sealed = packets.map((packet) => Buffer.concat(seal(packet)))
    expect(sealed.map((packet) => packet.length - 4 - 16)).toEqual(packets.map((packet) => packet.readUInt32BE()))
    expect(sealed.map((packet) => Buffer.from(open(packet)))).toEqual(packets.map((packet) => packet.subarray(4)))
    expect(() => open(sealed[0]!)).toThrow()
  })
})

describe('requests to write', () => {
  it.each([1, BODY - 40, BODY, 2 * BODY, 255 << 10])('with %i bytes, which are read between the packets\' heads', (length) => {
    const handle = Buffer.from('handle')
    const block = writeRequest(5, handle, length)
    const data = Buffer.from(Uint8Array.from({ length }, (_, at) => at % 251))
    let at = 0
    for (const part of block.room) {
      part.set(data.subarray(at, at + part.length))
      at += part.length
    }
    expect(at).toBe(length)
    block.address(4, 5 * 2 ** 32 + 6)
    const payloads = block.packets.map(({ packet }) => payloadOf(packet))
    for (const [index, payload] of payloads.entries()) {
      const { bytes } = block.packets[index]!
      expect(payload.subarray(0, 9)).toEqual(Buffer.concat([message(94, 5, bytes)]))
      expect(payload).toHaveLength(9 + bytes)
      expect(bytes).toBeLessThanOrEqual(BODY)
    }
    const sent = Buffer.concat(payloads.map((payload) => payload.subarray(9)))
    const body = message(SSH_FXP.WRITE, 4, handle, 5, 6, data)
    expect(sent.readUInt32BE()).toBe(body.length)
    expect(sent.subarray(4).equals(body)).toBe(true)
  })

  it('have offsets of 64 bits', () => {
    expect(offset(3 * 2 ** 32 + 2 ** 31)).toEqual([3, 2 ** 31])
  })
})

describe('replies to the bare client', () => {
  const status = (id: number, code = 0) => request(SSH_FXP.STATUS, [id, code, '', ''])
  const data = (id: number, length: number) => request(SSH_FXP.DATA, [id, Buffer.alloc(length, id)])
  const all = Buffer.concat([status(1), data(2, 30), data(3, 0), status(4), data(5, 7), request(SSH_FXP.HANDLE, [6, 'h'])])
  const seen = (pieces: readonly Uint8Array[]) => {
    const found: unknown[] = []
    const read = replyReader({
      whole: (reply) => void found.push([reply[0], Buffer.from(reply).toString('hex')]),
      data(id, parts, length) {
        const joined = Buffer.concat(parts)
        expect(joined).toEqual(Buffer.alloc(length, id))
        found.push([id, length])
      },
    })
    for (const piece of pieces) read(piece)
    return found
  }
  const whole = seen([all])

  it('come whole', () => {
    expect(whole).toHaveLength(6)
    expect(whole.slice(1, 3)).toEqual([[2, 30], [3, 0]])
  })

  it('come in two pieces, cut at every place, or in bytes', () => {
    for (let cut = 0; cut <= all.length; cut++) expect(seen([all.subarray(0, cut), all.subarray(cut)])).toEqual(whole)
    expect(seen(Array.from(all, (byte) => Buffer.from([byte])))).toEqual(whole)
  })

  it('give data where it is, without a copy', () => {
    const reply = data(1, 20)
    let memory: unknown
    replyReader({ whole() {}, data: (_, [part]) => { memory = part!.buffer } })(reply)
    expect(memory).toBe(reply.buffer)
  })

  it('say whether a request succeeded', () => {
    expect(succeeded(status(8).subarray(4))).toBe(8)
    expect(() => succeeded(status(8, 4).subarray(4))).toThrow('status 4')
    expect(() => succeeded(data(8, 9).subarray(4))).toThrow('reply 103')
  })
})

describe('the limits of the bare client', () => {
  const row = (workload: string, peer: string, cpu: readonly number[], seconds: number): Row => ({
    title: peer, workload, link: 'loopback', peer, cipher: undefined, variant: 'best', bytes: 5e8, count: 1, samples: cpu.map((each) => ({ cpu: each, seconds: [seconds], memory: 0 })),
  })

  it('are its rate and its CPU beside those of the other', () => {
    const rows = [row('exec-upload', 'bare', [0.3, 0.9], 2), row('exec-upload', 'ssh2-addon', [0.5, 0.6], 3)]
    expect(bareRate(rows, 'ssh2-addon').ratio).toBeCloseTo(3 / 2)
    expect(bareCpu(rows, 'ssh2-addon').ratio).toBeCloseTo(0.3 / 0.5)
    expect(bareCpu(rows, 'ssh2-addon').target.mostCpu).toBeDefined()
  })

  it('are unknown if it failed', () => {
    const rows = [row('sftp-put', 'bare', [], 2), row('sftp-put', 'openssh', [0.5], 3)]
    expect(bareRate(rows, 'openssh').ratio).toBeUndefined()
  })
})
