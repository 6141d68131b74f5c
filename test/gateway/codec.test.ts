import { describe, expect, test } from 'vitest'
import {
  ackFrame, connectSuccessFrame, dataFrame, DATA_MAX, decodeFrame, decodeResume, encodeResume, endFrame, FrameError, FrameSize, helloFrame, KeptBytes, noticeFrame,
  pingFrame, pongFrame, reconnectSuccessFrame, toBase64url,
} from 'libssh2-wasm/gateway-protocol'
import { seededRandom } from '../support/random.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const HUGE = Number.MAX_SAFE_INTEGER

describe('frames', () => {
  test('are corp-relay-v4 on the wire', () => {
    expect([...dataFrame([bytes(1, 2), bytes(3)])]).toEqual([0, 4, 0, 0, 0, 3, 1, 2, 3])
    expect([...ackFrame(0x1_0203_0405)]).toEqual([0, 7, 0, 0, 0, 1, 2, 3, 4, 5])
    expect([...reconnectSuccessFrame(258)]).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 1, 2])
    expect([...connectSuccessFrame('id')]).toEqual([0, 1, 0, 0, 0, 2, 105, 100])
    expect([...endFrame(1, 4408)]).toEqual([0x4c, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0x11, 0x38])
  })

  test('come back as they were', () => {
    const hello = { frame: DATA_MAX, window: 1 << 22, resumeSeconds: 900, secret: 'x', until: '2026-01-01T00:00:00.000Z', url: 'wss://node/tcp/a/22' }
    const token = bytes(1, 2, 3, 4, 5, 6, 7, 8)
    expect(decodeFrame(dataFrame([bytes(9)]), DATA_MAX)).toEqual({ type: 'data', data: bytes(9) })
    for (const position of [0, 1, 2 ** 32 - 1, 2 ** 32, HUGE]) {
      expect(decodeFrame(ackFrame(position), 0)).toEqual({ type: 'ack', position })
      expect(decodeFrame(reconnectSuccessFrame(position), 0)).toEqual({ type: 'reconnect-success', position })
      expect(decodeFrame(endFrame(position, 4410), 0)).toEqual({ type: 'end', position, reason: 4410 })
    }
    expect(decodeFrame(connectSuccessFrame('ä'), 0)).toEqual({ type: 'connect-success', id: 'ä' })
    expect(decodeFrame(helloFrame(hello), 0)).toEqual({ type: 'hello', hello })
    expect(decodeFrame(pingFrame(token), 0)).toEqual({ type: 'ping', token })
    expect(decodeFrame(pongFrame(token), 0)).toEqual({ type: 'pong', token })
    expect(decodeFrame(noticeFrame(1001, 'soon'), 0)).toEqual({ type: 'notice', code: 1001, text: 'soon' })
  })

  test.each([[0, 3], [0, 5], [0x4c, 6, 1], [0xff, 0xff]])('of an unknown tag (%i, %i) are skipped', (...tag) => expect(decodeFrame(bytes(...tag), 10)).toBeUndefined())

  test.each([
    ['empty', []], ['half a tag', [0]], ['DATA without a length', [0, 4]], ['DATA that is short', [0, 4, 0, 0, 0, 2, 1]], ['DATA that is long', [0, 4, 0, 0, 0, 1, 1, 1]],
    ['DATA larger than allowed', [0, 4, 0, 0, 0, 11, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]], ['DATA of 4 GB', [0, 4, 255, 255, 255, 255]], ['ACK that is short', [0, 7, 0, 0, 0, 0, 0, 0, 1]], ['ACK that is long', [0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['ACK beyond 2^53', [0, 7, 0, 32, 0, 0, 0, 0, 0, 0]], ['ACK of 2^64 - 1', [0, 7, 255, 255, 255, 255, 255, 255, 255, 255]], ['PING that is short', [0x4c, 2, 1]], ['END without a reason', [0x4c, 4, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['NOTICE without a code', [0x4c, 5]], ['HELLO that is no JSON', [0x4c, 1, 0, 0, 0, 1, 0x7b]], ['HELLO that says null', [0x4c, 1, 0, 0, 0, 4, 0x6e, 0x75, 0x6c, 0x6c]], ['an id that is not UTF-8', [0, 1, 0, 0, 0, 1, 0xff]],
  ])('%s: a typed error', (_, frame) => expect(() => decodeFrame(bytes(...frame), 10)).toThrow(FrameError))

  test('HELLO with wrong types', () => {
    for (const value of [{}, { frame: 0, window: 1, resumeSeconds: 1 }, { frame: 1.5, window: 1, resumeSeconds: 1 }, { frame: 1, window: '1', resumeSeconds: 1 }, { frame: 1, window: 1, resumeSeconds: -1 }, { frame: 1, window: 1, resumeSeconds: 1, secret: 3 }]) {
      expect(() => decodeFrame(helloFrame(value as never), 0), JSON.stringify(value)).toThrow(FrameError)
    }
  })
})

test('what resumes a stream comes back as it was, and nothing else is taken for it', () => {
  const resume = { id: toBase64url(new Uint8Array(16).fill(7)), secret: new Uint8Array(32).fill(9), received: 2 ** 40 + 3 }
  const text = encodeResume(resume)
  expect(text).toMatch(/^[\w-]{75}$/)
  expect(resume.id).toHaveLength(22)
  expect(decodeResume(text)).toEqual(resume)
  for (const other of ['', 'x', text.slice(1), `${text}A`, `${text.slice(1)}=`, `${text.slice(1)}+`, 'A'.repeat(64) + '_'.repeat(11)]) expect(decodeResume(other), other).toBeUndefined()
})

test('10,000 seeds: a stream that is cut at any byte, resumed and acknowledged at any byte is the stream', () => {
  for (let seed = 1; seed <= 10_000; seed++) {
    const random = seededRandom(seed)
    const whole = (most: number) => random.below(most)
    const kept = new KeptBytes()
    // What the byte of each position is.
    const byteAt = (position: number) => (position * 31 + (position >> 8) + seed) & 255
    let got = 0
    const take = (data: Uint8Array) => { for (const byte of data) if (byte !== byteAt(got++)) throw new Error(`seed ${seed}: wrong byte ${got - 1}`) }
    let sent = 0
    for (let step = 0; step < 10; step++) {
      const chunk = new Uint8Array(whole(whole(8) === 0 ? 6000 : 40))
      for (let at = 0; at < chunk.length; at++) chunk[at] = byteAt(kept.end + at)
      kept.push(chunk)
      // The sender forgets its memory: small chunks were copied.
      if (chunk.length < 4096) chunk.fill(0)
      if (whole(4) === 0) sent = got
      while (sent < kept.end && whole(3) > 0) {
        const frame = decodeFrame(dataFrame(kept.from(sent, 1 + whole(3000))), 3000)
        if (frame?.type !== 'data') throw new Error('not DATA')
        sent += frame.data.length
        if (whole(5) > 0) take(frame.data)
        else {
          // Lost on the way, and all after it: the other side says what it has.
          sent = got
          break
        }
      }
      if (whole(2) === 0 && !kept.ack(kept.acked + whole(got - kept.acked + 1))) throw new Error('refused')
    }
    for (const part of kept.from(got, Infinity)) take(part)
    if (got !== kept.end) throw new Error(`seed ${seed}: ${got} of ${kept.end} bytes`)
  }
}, 60_000)

test('kept bytes: positions outside are refused, single bytes cost little memory, and large chunks are not copied', () => {
  const kept = new KeptBytes()
  const large = new Uint8Array(20_000)
  kept.push(large)
  expect(kept.from(0, 1e9)[0]?.buffer).toBe(large.buffer)
  for (let i = 0; i < 40_000; i++) kept.push(bytes(i))
  expect(kept.from(0, 1e9).length).toBeLessThan(12)
  expect([kept.ack(60_001), kept.ack(50_000), kept.ack(49_999), kept.ack(60_000), kept.length]).toEqual([false, true, false, true, 0])
  kept.push(bytes(1, 2))
  expect([kept.end, ...kept.from(60_001, 9).map((part) => [...part])]).toEqual([60_002, [2]])
})

test('the size of frames follows the rate of the link, and is never what a second could not carry', () => {
  const slow = new FrameSize(DATA_MAX)
  for (let now = 0, position = 0; now < 5000; now += 250, position += 16 << 10) slow.acked(position, true, now)
  expect(slow.size).toBe(16 << 10)
  const fast = new FrameSize(DATA_MAX)
  for (let now = 0; now < 2000; now += 20) fast.acked(now * 50_000, true, now)
  expect(fast.size).toBe(DATA_MAX)
  expect(new FrameSize(1000).size).toBe(1000)
})
