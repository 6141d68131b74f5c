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
let connect: () => void

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
  connect = () => {
    port = new ReadBuffer({ port: 22 }).port()
    port.start({ data: (chunk) => { arrived += chunk.length }, drained() {}, ended() {} })
  }
  connect()
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

/** @returns after how many packets the socket rests. */
function untilRest(): number {
  let count = 1
  while (read(PACKET)) count++
  return count
}

test('it does not for 64 reads if a rest brought less', () => {
  packets(65)
  endOfRest()
  expect(read(FULL - 1)).toBe(true)
  expect(packets(65)).toEqual([...goingOn(64), false])
})

test('each rest that brought one packet doubles how long there is none, up to 1024 reads', () => {
  packets(65)
  expect([1, 2, 3, 4, 5].map(() => {
    endOfRest()
    read(1)
    return untilRest() - 1
  })).toEqual([128, 256, 512, 1024, 1024])
})

test('one that brought more starts that anew', () => {
  packets(65)
  endOfRest()
  read(1)
  expect(untilRest()).toBe(129)
  endOfRest()
  read(FULL)
  expect(untilRest()).toBe(1)
  endOfRest()
  read(1)
  expect(untilRest()).toBe(129)
})

test('an application that asks for one packet after the other hardly ever waits for a rest', () => {
  let rests = 0
  for (let reads = 0; reads < 10_000; reads++) {
    if (read(PACKET)) continue
    rests += 1
    endOfRest()
  }
  expect(rests).toBe(12)
})

test('a read that comes in spite of a rest begins no other', () => {
  packets(65)
  expect(read(PACKET)).toBe(false)
  expect(timers).toHaveLength(1)
  endOfRest()
  expect(socket.resumed).toBe(1)
})

test('there is no rest on Windows, whose timers would make it last 16 ms', () => {
  vi.stubGlobal('process', Object.create(process, { platform: { value: 'win32' } }))
  try {
    connect()
    expect(packets(1000)).toEqual(goingOn(1000))
  } finally {
    vi.unstubAllGlobals()
  }
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
