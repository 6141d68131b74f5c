/** A socket that says exactly how much each read brought, which no real one does on demand; `test/contract` has the real ones. */
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ReadBuffer } from '../../../src/transports/read-buffer.ts'

const FULL = 256 << 10
const PACKET = 32 << 10

class FakeSocket extends EventEmitter {
  readonly destroyed = false
  resumed = 0
  readonly read: (count: number) => boolean

  constructor(read: (count: number) => boolean) {
    super()
    this.read = read
  }

  pause(): void {}

  resume(): void {
    this.resumed += 1
  }
}

let socket: FakeSocket
/** What waits for the end of a rest, and for the next turn of the event loop. */
let timers: (() => void)[]
let turns: (() => void)[]
let port: ReturnType<ReadBuffer['port']>
let arrived: number

beforeEach(async () => {
  timers = []
  turns = []
  arrived = 0
  vi.resetModules()
  vi.doMock('node:net', () => ({ createConnection: ({ onread }: { onread: { callback: (count: number) => boolean } }) => socket = new FakeSocket(onread.callback) }))
  vi.stubGlobal('setTimeout', (run: () => void, milliseconds: number) => {
    expect(milliseconds).toBe(1)
    timers.push(run)
  })
  vi.stubGlobal('setImmediate', (run: () => void) => { turns.push(run) })
  const { ReadBuffer } = await import('../../../src/transports/read-buffer.ts')
  vi.unstubAllGlobals()
  port = new ReadBuffer({ port: 22 }).port()
  port.start({ data: (chunk) => { arrived += chunk.length }, drained() {}, ended() {} })
})
afterEach(() => { vi.doUnmock('node:net') })

const nextTurn = () => { for (const run of turns.splice(0)) run() }
const endOfRest = () => { for (const run of timers.splice(0)) run() }

/** One read in a turn of the event loop. @returns whether reading goes on */
function read(count: number): boolean {
  const goesOn = socket.read(count)
  nextTurn()
  return goesOn
}

const packets = (count: number) => Array.from({ length: count }, () => read(PACKET))
const goingOn = (count: number) => Array.from({ length: count }, () => true)

test('a transfer whose reads bring one packet each rests for a millisecond', () => {
  expect(packets(65)).toEqual([...goingOn(64), false])
  expect(socket.resumed).toBe(0)
  endOfRest()
  expect(socket.resumed).toBe(1)
  expect(arrived).toBe(65 * PACKET)
})

test('it rests again at the next small read if a rest brought a full buffer', () => {
  packets(65)
  endOfRest()
  expect([read(FULL), read(FULL), read(PACKET)]).toEqual([true, true, false])
})

test('it does not for 64 reads if a rest brought less', () => {
  packets(65)
  endOfRest()
  expect(read(FULL - 1)).toBe(true)
  expect(packets(65)).toEqual([...goingOn(64), false])
})

test('what is typed, and reads that have enough, never wait', () => {
  packets(65)
  endOfRest()
  read(FULL)
  for (const bytes of [1, 80, (16 << 10) - 1, (72 << 10) + 1, FULL]) expect(read(bytes)).toBe(true)
  expect(timers).toEqual([])
})

test('a rest does not end a pause, nor a pause a rest', () => {
  packets(65)
  port.pause()
  endOfRest()
  expect(socket.resumed).toBe(0)
  port.resume()
  expect(socket.resumed).toBe(1)
  read(FULL)
  expect(read(PACKET)).toBe(false)
  port.pause()
  port.resume()
  expect(socket.resumed).toBe(1)
  endOfRest()
  expect(socket.resumed).toBe(2)
})

test('one socket takes 1 MiB in a turn, and goes on in the next one', () => {
  expect([FULL, FULL, FULL, FULL].map((bytes) => socket.read(bytes))).toEqual([true, true, true, false])
  expect(socket.resumed).toBe(0)
  nextTurn()
  expect(socket.resumed).toBe(1)
})

test('a socket reads on where an application fakes its timers', () => {
  vi.useFakeTimers()
  try {
    packets(65)
    expect([timers.length, vi.getTimerCount()]).toEqual([1, 0])
  } finally {
    vi.useRealTimers()
  }
})
