/** The arithmetic of bench/limits, and the packets of its process without SSH: its figures come from a run of minutes, in which a mistake would look like a measurement. */
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { moreForCiphers } from '../../../bench/limits/cipher-costs.ts'
import { type Beside, sender } from '../../../bench/limits/floor-beside.ts'
import { framed, opener, seal, unframer } from '../../../bench/limits/floor-packets.ts'
import { checkWritten, PACKETS, replies, reply, written } from '../../../bench/limits/floor-sftp.ts'
import { ADJUSTMENT, BODY } from '../../../bench/limits/packet-sizes.ts'
import type { Row } from '../../../bench/limits/transfers.ts'
import { type Compared, cpuInTheirPlace, cpuWithoutSsh, inTheirPlace, withoutSsh } from '../../../bench/limits/without-data.ts'

const bodies = [ADJUSTMENT, 48, BODY, 32, ADJUSTMENT, BODY].map((size, at) => new Uint8Array(size).fill(at))

describe('the packets without SSH', () => {
  it.each([1, 3, 19, 20, 21, 37, 4096, BODY + 20, 1 << 20])('are opened in reads of %i bytes', (read) => {
    const wire = Buffer.concat(bodies.flatMap((body) => seal(body)))
    const found: Uint8Array[] = []
    const arrived = opener((body) => void found.push(body))
    for (let at = 0; at < wire.length; at += read) arrived(wire.subarray(at, at + read))
    expect(found.map((body) => Buffer.from(body))).toEqual(bodies.map((body) => Buffer.from(body)))
  })

  it('are found unsealed in such reads where no cipher counts', () => {
    const wire = Buffer.concat(bodies.map(framed))
    const found: Uint8Array[] = []
    const arrived = unframer((body) => void found.push(Uint8Array.from(body)))
    for (let at = 0; at < wire.length; at += 37) arrived(wire.subarray(at, at + 37))
    expect(found).toEqual(bodies)
  })

  it('go the other way as often as counted, in as many writes', () => {
    const writes: number[] = []
    const sizes: number[] = []
    const unframe = unframer(({ length }) => void sizes.push(length))
    const write = (bytes: Uint8Array) => {
      writes.push(bytes.length)
      unframe(bytes)
    }
    const socket = { write } as unknown as Socket
    const beside: Beside = { adjustments: 3000, messages: 700, messageBytes: 700 * 100, writes: 500 }
    const send = sender(socket, beside, (size) => new Uint8Array(size), beside.writes)
    for (let sent = 0; sent < 10_000; sent++) send(1e5)
    expect(sizes.filter((size) => size === ADJUSTMENT)).toHaveLength(3000)
    expect(sizes.filter((size) => size === 112)).toHaveLength(700)
    expect(writes).toHaveLength(500)
    expect(writes.reduce((sum, length) => sum + length)).toBe(3000 * (20 + ADJUSTMENT) + 700 * (20 + 112))
  })

  it('hold replies, of which a sink gets what is behind their heads', () => {
    let taken = 0
    const sink = replies({ take: ({ length }) => { taken += length }, room: () => true, finish: async () => {} })
    for (const body of [...reply(), ...reply()]) sink.take(body)
    expect(taken).toBe(2 * (PACKETS * BODY - 13))
    expect(() => sink.take(new Uint8Array(BODY))).toThrow('no reply')
    expect(() => checkWritten(written(48))).not.toThrow()
    expect(() => checkWritten(new Uint8Array(48))).toThrow('no reply')
  })
})

describe('the limits', () => {
  const row = (workload: string, peer: string, cpu: readonly number[], server = 0, seconds = 1): Row => ({
    title: peer, workload, link: 'loopback', peer, cipher: undefined, variant: 'best', bytes: 5e8, count: 1, samples: cpu.map((each) => ({ cpu: each, server, seconds: [seconds], memory: 0 })),
  })
  const compared = (workload: string, theirs: string): Compared => ({
    ours: 'ours', theirs, floor: 'floor',
    rows: [row(workload, 'ours', [0.7, 0.8], 0.6), row(workload, theirs, [0.4, 0.5], 0.5, 0.8), row(workload, 'floor', [0.35, 0.45], 0, 0.3)],
    starts: [row(workload, 'ours', [0.15, 0.15], 0.1, 0.05), row(workload, theirs, [0.1, 0.1], 0.1, 0.02), row(workload, 'floor', [0.05, 0.05], 0, 0.01)],
  })
  const exec = compared('channels', 'ssh2-addon')

  it('know what a cipher costs more, by what is done with the data', () => {
    const costs = new Map([['ours', { sealed: 0.31, opened: 0.3 }], ['ssh2-addon', { sealed: 0.17, opened: 0.2 }]])
    expect(moreForCiphers(costs, 'ours', 'sealed')).toBeCloseTo(0.14)
    expect(moreForCiphers(costs, 'ours', 'opened')).toBeCloseTo(0.1)
  })

  it('by CPU add what data costs at best to a process without data', () => {
    // 0.3 for the data of the other, 0.1 for ciphers, and 0.15, beside 0.4.
    expect(cpuInTheirPlace(exec, 0.2).ratio).toBeCloseTo(0.55 / 0.4)
    expect(cpuWithoutSsh(exec, '').ratio).toBeCloseTo((0.15 + 0.3) / 0.4)
  })

  it('by rate compare what data costs both sides', () => {
    // Medians: 0.35 for the data of the other, 0.1 for ciphers; the servers' 0.4 and 0.5.
    expect(inTheirPlace(exec, 0.2).ratio).toBeCloseTo(0.75 / (0.45 + 0.5))
    expect(withoutSsh(exec, '').ratio).toBeCloseTo(0.75 / (0.35 + 0.5))
  })

  it('by rate add the opening of SFTP, and are no better than the process without SSH', () => {
    const sftp = { ...compared('sftp-get', 'openssh'), opening: true }
    expect(withoutSsh(sftp, '').ratio).toBeCloseTo(0.8 / (0.05 + 0.78 * 0.85 / 0.75))
    const slow = { ...sftp, rows: sftp.rows.map((each) => (each.peer === 'floor' ? row('sftp-get', 'floor', [0.4], 0, 2) : each)) }
    expect(withoutSsh(slow, '').ratio).toBeCloseTo(0.8 / (0.05 + 1.99), 4)
  })

  it('are unknown if one of the processes failed', () => {
    const failed = { ...exec, starts: exec.starts.map((each) => ({ ...each, samples: [] })) }
    expect([cpuInTheirPlace(failed, 0), cpuWithoutSsh(failed, ''), inTheirPlace(failed, 0), withoutSsh(failed, '')].map(({ ratio }) => ratio)).toEqual([undefined, undefined, undefined, undefined])
  })
})
