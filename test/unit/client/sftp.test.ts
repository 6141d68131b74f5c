import { describe, expect, test } from 'vitest'
import { joinPath, parentPath } from '../../../src/sftp/protocol/paths.ts'
import { openFlags } from '../../../src/sftp/protocol/open-flags.ts'
import { PacketSplitter } from '../../../src/sftp/protocol/packet-splitter.ts'
import { received } from '../../../src/sftp/protocol/received.ts'
import { forEachParallel } from '../../../src/sftp/tree/parallel.ts'
import { TransferBudget, TransferWindow } from '../../../src/sftp/transfer/window.ts'
import { seededRandom } from '../../support/random.ts'

describe('PacketSplitter', () => {
  test('cuts a stream into its packets, however it arrives', () => {
    const random = seededRandom(7)
    const packets = Array.from({ length: 200 }, () => random.bytes(random.integer(1, 3000)))
    const stream = Buffer.concat(packets.flatMap((packet) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(packet.length)
      return [length, packet]
    }))
    for (const largest of [1, 3, 100, 5000, stream.length]) {
      const found: Uint8Array[] = []
      const splitter = new PacketSplitter((packet) => found.push(Buffer.concat(packet)))
      for (let at = 0; at < stream.length;) {
        const size = random.integer(1, largest)
        splitter.push(stream.subarray(at, at + size))
        at += size
      }
      expect(Buffer.compare(Buffer.concat(found), Buffer.concat(packets))).toBe(0)
      expect(found.map(({ length }) => length)).toEqual(packets.map(({ length }) => length))
    }
  })

  test('a packet that comes byte by byte does not consist of as many parts', () => {
    const packet = seededRandom(8).bytes(20_000)
    const header = Buffer.alloc(4)
    header.writeUInt32BE(packet.length)
    let found: readonly Uint8Array[] = []
    const splitter = new PacketSplitter((parts) => { found = parts })
    for (const byte of Buffer.concat([header, packet])) splitter.push(Uint8Array.of(byte))
    expect(Buffer.compare(Buffer.concat(found), packet)).toBe(0)
    expect(found.length).toBeLessThan(packet.length / 50)
  })

  test.each([0, 0x100001, 0xffffffff])('refuses a length of %i', (length) => {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(length)
    expect(() => new PacketSplitter(() => {}).push(header)).toThrow('SSH_FX_BAD_MESSAGE')
  })
})

test('content is what is behind the header, without what follows it; parts stay as they are', () => {
  const [first, middle, last] = [Uint8Array.of(9, 9, 1), Uint8Array.of(2, 3), Uint8Array.of(4, 5, 9, 9)]
  const { parts, size } = received([first, middle, last], 2, 5)
  expect([size, Buffer.concat(parts)]).toEqual([5, Buffer.of(1, 2, 3, 4, 5)])
  expect(parts[1]).toBe(middle)
  expect(received([Uint8Array.of(9, 1, 9, 9), middle], 1, 1).parts).toEqual([Uint8Array.of(1)])
  expect(received([Uint8Array.of(9, 9), middle], 2, 2).parts).toEqual([middle])
  // A byte keeps no more memory than it takes.
  expect(received([new Uint8Array(30_000)], 9, 1).parts[0]?.buffer.byteLength).toBe(1)
})

describe('paths', () => {
  test.each([['a/b', 'a'], ['/a/b/', '/a'], ['/a', '/'], ['//a//b//', '//a'], ['a', null], ['/', null], ['', null]])('above %j is %j', (path, parent) => {
    expect(parentPath(path)).toBe(parent)
  })

  test('are joined as text where both are text, as bytes otherwise', () => {
    expect([joinPath('/a', 'b'), joinPath('/', 'b'), joinPath('', 'b')]).toEqual(['/a/b', '/b', 'b'])
    expect(joinPath('/a', new Uint8Array([0xff]))).toEqual(new Uint8Array([0x2f, 0x61, 0x2f, 0xff]))
  })
})

test('flags are those of Node, as bits of the protocol', () => {
  expect(['r', 'r+', 'w', 'wx', 'w+', 'a', 'ax+'].map((flags) => openFlags(flags as 'r'))).toEqual([1, 3, 26, 58, 27, 14, 47])
  expect(openFlags(9)).toBe(9)
  for (const wrong of ['', 'x', 'rw', 'rx', 'W']) expect(() => openFlags(wrong as 'r')).toThrow(TypeError)
})

describe('forEachParallel', () => {
  test('does no more at a time than it may, and everything once', async () => {
    let running = 0
    let most = 0
    const done: number[] = []
    await forEachParallel(Array.from({ length: 50 }, (_, i) => i), 7, async (item) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running -= 1
      done.push(item)
    })
    expect([most, done.sort((a, b) => a - b)]).toEqual([7, Array.from({ length: 50 }, (_, i) => i)])
  })

  test('begins nothing new after a failure, and rejects when what ran has ended', async () => {
    const begun: number[] = []
    let ended = 0
    await expect(forEachParallel([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun.push(item)
      await new Promise((resolve) => setTimeout(resolve, item))
      ended += 1
      if (item === 1) throw new Error('first')
    })).rejects.toThrow('first')
    expect(begun.length).toBeLessThan(5)
    expect(ended).toBe(begun.length)
  })
})

describe('TransferWindow', () => {
  /** Counts bytes until the work is done. */
  async function through(window: TransferWindow, bytes: number, work: Promise<void>): Promise<void> {
    const start = window.begin(bytes)
    await work
    window.settled(bytes, start)
  }

  /** What a transfer has under way on a link with that delay, after it has run for a while. */
  async function settledSize(delayMs: number): Promise<number> {
    const window = new TransferWindow(new TransferBudget())
    const request = 255 << 10
    let most = 0
    const end = performance.now() + 12 * delayMs + 100
    const pending = new Set<Promise<void>>()
    while (performance.now() < end) {
      while (!window.full) {
        const one: Promise<void> = through(window, request, new Promise<void>((resolve) => setTimeout(resolve, delayMs))).finally(() => pending.delete(one))
        pending.add(one)
      }
      most = Math.max(most, window.used)
      await Promise.race(pending)
    }
    await Promise.all(pending)
    expect(window.used).toBe(0)
    return most
  }

  test('grows on a long link, up to its bound', async () => {
    const size = await settledSize(100)
    expect(size).toBeGreaterThan(8 << 20)
    expect(size).toBeLessThanOrEqual((16 << 20) + (255 << 10))
  })

  test('all transfers together stay within one budget, and each may go on', () => {
    const budget = new TransferBudget()
    const windows = Array.from({ length: 100 }, () => new TransferWindow(budget))
    for (const window of windows) while (!window.full) window.begin(1 << 20)
    expect(windows.every(({ used }) => used > 0)).toBe(true)
    expect(windows.filter(({ used }) => used > 1 << 20).length).toBeLessThanOrEqual(16)
  })
})
