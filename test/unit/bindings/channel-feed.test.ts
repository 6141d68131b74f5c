import { describe, expect, test } from 'vitest'
import { ChannelFeed } from '../../../src/bindings/channel/feed.ts'
import { Step } from '../../../src/core/lane.ts'
import { LIBSSH2_ERROR_ENCRYPT } from '../../../src/ffi/constants.gen.ts'
import { equalBytes } from '../../../src/wire-format/bytes.ts'
import { fakeChannel } from './fake-channel.ts'

/** Bytes that differ from their neighbours, from place to place. */
const filled = (length: number, from = 0) => Uint8Array.from({ length }, (_, at) => (at + from) * 31 % 251)

/** A feed of these batches. */
function feedOf(batches: Uint8Array[][]) {
  const fake = fakeChannel()
  const errors: unknown[] = []
  const seen: number[] = []
  const feed = new ChannelFeed(fake.channel, {
    next: () => {
      seen.push(fake.peer.received.length)
      return batches.shift()
    },
    failed: (error) => errors.push(error),
  })
  return { ...fake, feed, errors, seen }
}

test('packets are full, whatever the parts', () => {
  const [head, data] = [filled(29), filled(100_000)]
  const { feed, peer } = feedOf([[head, data]])
  feed.start()
  expect(peer.texts).toEqual([32768, 32768, 32768, 100_029 - 3 * 32768])
  expect(peer.received).toEqual([...head, ...data])
})

test('a packet that the window cuts is followed by a full one', () => {
  const { feed, peer, driver } = feedOf([[filled(29), filled(150_000)]])
  peer.window = 5000
  feed.start()
  peer.window = 40_000
  driver.arrived()
  peer.window = Infinity
  driver.arrived()
  const sizes = peer.texts
  // What did not fit is part of the next text; only the last one is shorter.
  expect([...new Set(sizes.slice(0, -1)), sizes.at(-1)]).toEqual([32768, (150_029 - 45_000) % 32768])
  expect(peer.received).toEqual([...filled(29), ...filled(150_000)])
})

test('C gets no more at a time than the transport has room for, and a packet', () => {
  const { feed, peer } = feedOf([[filled(200_000)]])
  peer.room = 70_000
  const lengths: number[] = []
  Object.defineProperty(peer, 'congested', { get: () => { lengths.push(peer.received.length); return false } })
  feed.start()
  expect(lengths).toEqual([0, 98_304, 196_608])
})

test('behind an error, what C asked for last tells how much had been written', () => {
  const { feed, peer, errors } = feedOf([[filled(100_000)]])
  peer.fails = { at: 65_536, rc: LIBSSH2_ERROR_ENCRYPT }
  feed.start()
  expect(errors).toEqual([expect.objectContaining({ code: 'ERR_LIBSSH2_ENCRYPT', bytesWritten: 65_536 })])
  expect(peer.received).toHaveLength(65_536)
})

test('the next batch is asked for when all of the last one is written', () => {
  const { feed, peer, driver, seen } = feedOf([[filled(10), filled(20)], [filled(5)]])
  peer.window = 12
  feed.start()
  expect(seen).toEqual([0])
  peer.window = 20
  driver.arrived()
  expect(seen).toEqual([0, 30])
  peer.window = 100
  driver.arrived()
  expect(seen).toEqual([0, 30, 35])
})

test('nothing is written while the transport is congested', () => {
  const { feed, peer, driver } = feedOf([[filled(10)]])
  peer.congested = true
  feed.start()
  expect(peer.received).toEqual([])
  peer.congested = false
  driver.arrived()
  expect(peer.received).toHaveLength(10)
})

test('a packet that libssh2 has made keeps others off the channel until it is sent', () => {
  const { feed, peer, driver, lane } = feedOf([[filled(10)]])
  const other = new Step(lane, ['other'])
  peer.stuck = true
  feed.start()
  expect(lane.admits(other)).toBe(false)
  peer.stuck = false
  driver.arrived()
  expect([lane.admits(other), peer.received.length]).toEqual([true, 10])
})

test('a write of somebody else that libssh2 is in the middle of comes first', () => {
  const { feed, peer, driver, lane } = feedOf([[filled(10)]])
  const other = new Step(lane, ['other'])
  lane.hold(other)
  feed.start()
  expect(peer.texts).toEqual([])
  lane.release(other)
  driver.arrived()
  expect(peer.received).toHaveLength(10)
})

test('memory that has been given back may change: the rest is a copy', () => {
  const parts = [filled(100), filled(40_000, 100), filled(50, 40_100)]
  const { feed, peer, driver, errors } = feedOf([parts])
  peer.window = 1000
  feed.start()
  feed.copy()
  for (const part of parts) structuredClone(part, { transfer: [part.buffer as ArrayBuffer] })
  peer.window = Infinity
  driver.arrived()
  expect(errors).toEqual([])
  expect(peer.received).toEqual([...filled(40_150)])
})

/** Writes the parts. After so many bytes, the memory of one of them is transferred. */
function transferredAfter(window: number, parts: Uint8Array<ArrayBuffer>[], part: Uint8Array<ArrayBuffer>) {
  const { feed, peer, driver, errors } = feedOf([parts])
  peer.window = window
  feed.start()
  structuredClone(part, { transfer: [part.buffer] })
  peer.window = Infinity
  driver.arrived()
  return { peer, errors }
}

test('memory that has been transferred too early is an error, not a gap', () => {
  const part = filled(100)
  const { peer, errors } = transferredAfter(40, [part], part)
  expect(errors).toEqual([expect.any(TypeError)])
  expect(peer.received).toHaveLength(40)
})

test('memory that has been transferred while libssh2 has a packet of it leaves the channel usable', () => {
  const part = filled(100)
  const batches: Uint8Array[][] = [[part]]
  const { feed, peer, driver, errors } = feedOf(batches)
  peer.stuck = true
  feed.start()
  structuredClone(part, { transfer: [part.buffer] })
  peer.stuck = false
  driver.arrived()
  batches.push([filled(5)])
  feed.start()
  expect(errors).toEqual([expect.any(TypeError)])
  expect(peer.received).toEqual([...filled(5)])
})

test('memory that has been transferred is no gap between others either', () => {
  const [head, data, next] = [filled(29), filled(40_000), filled(100_000)]
  const right = [...head, ...data, ...next]
  const { peer, errors } = transferredAfter(10_000, [head, data, next], data)
  expect(errors).toEqual([expect.any(TypeError)])
  // Nothing of `next` comes in the wrong place.
  expect(peer.received).toEqual(right.slice(0, 10_000))
})

test('an empty part at the end is no packet', () => {
  const { feed, peer, seen } = feedOf([[filled(1000), filled(31_768), filled(0)], [filled(1)]])
  feed.start()
  expect(peer.texts).toEqual([32_768, 1])
  expect(seen).toEqual([0, 32_768, 32_769])
})

test('dropped: what waits is forgotten, with a packet that libssh2 has made and not sent, and others may write', () => {
  const batches = [[filled(40_000)]]
  const { feed, peer, driver, lane } = feedOf(batches)
  peer.stuck = true
  feed.start()
  expect(lane.holder).toBeDefined()
  feed.drop()
  expect(lane.holder).toBeUndefined()
  peer.stuck = false
  driver.arrived()
  expect(peer.received).toEqual([])
  batches.push([filled(7, 3)])
  feed.start()
  expect(peer.received).toEqual([...filled(7, 3)])
})

describe('a channel that fails', () => {
  test('the queue hears of it once, with what has been written of the last batch', () => {
    const { feed, peer, driver, errors } = feedOf([[filled(100)], [filled(40), filled(40)]])
    peer.window = 150
    feed.start()
    peer.closed = true
    driver.arrived()
    driver.arrived()
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED', bytesWritten: 50 })])
  })

  test('also while somebody else, who may never come back, is in the middle of a write', () => {
    const { feed, peer, driver, lane, errors } = feedOf([[filled(10)]])
    lane.hold(new Step(lane, ['other']))
    feed.start()
    peer.closed = true
    driver.arrived()
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED' })])
  })

  test('what begins because of that gets its first attempt at once', () => {
    const fake = fakeChannel()
    let attempts = 0
    fake.peer.window = 0
    const batches = [[filled(1)]]
    new ChannelFeed(fake.channel, {
      next: () => batches.shift(),
      failed: () => { void fake.driver.run(() => { attempts += 1; return 0 }) },
    }).start()
    fake.peer.closed = true
    fake.driver.arrived()
    expect(attempts).toBe(1)
  })

  test('whoever starts again gets the error again', () => {
    const { feed, peer, errors } = feedOf([[filled(100)], [filled(100)]])
    peer.closed = true
    feed.start()
    feed.start()
    expect(errors).toHaveLength(2)
  })
})

describe('any sizes, windows and interruptions: the peer gets the bytes in order', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))('seed %i', (seed) => {
    let state = seed
    const below = (limit: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return (state >>> 8) % limit
    }
    const size = () => [1, 29, 5000, 32767, 32768, 32769, 70_000][below(7)]! + below(3)
    let total = 0
    const batches = Array.from({ length: 1 + below(6) }, () => Array.from({ length: 1 + below(4) }, () => {
      const part = filled(size(), total)
      total += part.length
      return part
    }))
    const { feed, peer, driver, errors } = feedOf(batches)
    peer.window = 0
    feed.start()
    for (let pass = 0; peer.received.length < total && pass < 10_000; pass++) {
      peer.stuck = below(4) === 0
      peer.congested = below(4) === 0
      // libssh2 has already counted a packet that it could not send.
      if (!peer.stuck) peer.window += below(50_000)
      driver.arrived()
    }
    expect(errors).toEqual([])
    expect(peer.received).toHaveLength(total)
    expect(equalBytes(Uint8Array.from(peer.received), filled(total))).toBe(true)
  })
})
