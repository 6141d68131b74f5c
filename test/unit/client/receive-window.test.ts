import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Channel } from '../../../src/bindings/channel/channel.ts'
import { ReceiveWindow } from '../../../src/client/receive-window.ts'
import { RoundTrip } from '../../../src/client/round-trip.ts'

const MEBIBYTE = 1 << 20

beforeEach(() => { vi.useFakeTimers({ toFake: ['performance'] }) })
afterEach(() => { vi.useRealTimers() })

/** A channel with libssh2's initial window, and the sizes that it is asked for. */
function openChannel(): { channel: Channel, asked: number[] } {
  const asked: number[] = []
  const window = { window: 2 * MEBIBYTE, readAvail: 0, windowSizeInitial: 2 * MEBIBYTE }
  return { channel: { windowReadEx: () => window, receiveWindowSize: (size: number) => { asked.push(size) } } as unknown as Channel, asked }
}

/** Reads `windows` full windows, one in each `milliseconds`: the sizes that were asked for. */
async function sizes({ roundTrip, milliseconds, windows = 6, handshake }: { roundTrip: number, milliseconds: number, windows?: number, handshake?: number }): Promise<number[]> {
  const { channel, asked } = openChannel()
  const measured = new RoundTrip(handshake)
  await measured.measure(async () => { vi.advanceTimersByTime(roundTrip) })
  await measured.measure(async () => { vi.advanceTimersByTime(10 * roundTrip) })
  const window = new ReceiveWindow(channel, measured)
  for (let round = 0; round < windows; round++) {
    for (let read = 0, all = asked.at(-1) ?? 2 * MEBIBYTE; read < all; read += MEBIBYTE / 4) {
      vi.advanceTimersByTime(milliseconds * MEBIBYTE / 4 / all)
      window.taken(MEBIBYTE / 4)
    }
  }
  return asked
}

describe('the receive window', () => {
  test('is doubled, up to 16 MiB, while a round trip is enough to read it empty', async () => {
    expect(await sizes({ roundTrip: 100, milliseconds: 110 })).toEqual([4, 8, 16].map((size) => size * MEBIBYTE))
  })

  test('stays where the link or the reader is slower than it', async () => {
    expect(await sizes({ roundTrip: 100, milliseconds: 210 })).toEqual([])
  })

  test('is 4 MiB, and no more, for servers nearby that take their time to open a channel', async () => {
    expect(await sizes({ handshake: 1, roundTrip: 50, milliseconds: 3 })).toEqual([4 * MEBIBYTE])
  })

  test('is 4 MiB, and no more, for servers nearby, however fast they are', async () => {
    expect(await sizes({ roundTrip: 14, milliseconds: 0.5 })).toEqual([4 * MEBIBYTE])
  })

  test('stays for servers nearby behind a slow link, where what is typed would wait behind it', async () => {
    expect(await sizes({ roundTrip: 2, milliseconds: 160 })).toEqual([])
  })

  test('is 2 MiB again when a server nearby has become slower', () => {
    const link = new RoundTrip(1)
    const { channel, asked } = openChannel()
    const window = new ReceiveWindow(channel, link)
    for (const milliseconds of [5, 5, 50, 5]) {
      vi.advanceTimersByTime(milliseconds)
      window.taken(MEBIBYTE)
    }
    expect(asked).toEqual([4, 2, 4].map((size) => size * MEBIBYTE))
  })

  test('is a share of 16 MiB for each of many channels to a server nearby, at least 768 KiB, and whole again when they are over', () => {
    const link = new RoundTrip(1)
    const { channel, asked } = openChannel()
    const [first, ...others] = Array.from({ length: 16 }, () => new ReceiveWindow(channel, link)) as [ReceiveWindow, ...ReceiveWindow[]]
    first.taken(2 * MEBIBYTE)
    const more = Array.from({ length: 84 }, () => new ReceiveWindow(channel, link))
    first.taken(2 * MEBIBYTE)
    for (const other of [...others, ...more]) {
      other.end()
      other.end()
    }
    first.taken(2 * MEBIBYTE)
    expect(asked).toEqual([MEBIBYTE, 0.75 * MEBIBYTE, 4 * MEBIBYTE])
  })
})
