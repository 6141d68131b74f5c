import { describe, expect, test, vi } from 'vitest'
import type { BytePort, PortSink } from '../../../src/runtime/transport.ts'
import { Wire } from '../../../src/core/wire.ts'
import { HOST_FAILED, HOST_PENDING } from '../../../src/ffi/host.gen.ts'

const MEBIBYTE = 1 << 20

/** A port whose other end is the test. */
function wireOverPort() {
  const written: Uint8Array[] = []
  let sink: PortSink | undefined
  const port = {
    queued: 0,
    start: (to: PortSink) => { sink = to },
    write: (chunk: Uint8Array, _more?: boolean) => { written.push(chunk) },
    pause: vi.fn(),
    resume: vi.fn(),
    close: vi.fn(() => Promise.resolve()),
    abort: vi.fn(),
  } satisfies BytePort
  const moved = vi.fn()
  const wire = new Wire(port, moved)
  wire.start()
  return { wire, port, moved, written, sink: sink as unknown as PortSink }
}

const sent = (written: readonly Uint8Array[]) => Buffer.concat(written)

describe('recv', () => {
  test('is pending while nothing has arrived', () => {
    expect(wireOverPort().wire.recv(new Uint8Array(10))).toBe(HOST_PENDING)
  })

  test('fills its target from several chunks, and keeps the rest', () => {
    const { wire, sink } = wireOverPort()
    sink.data(Uint8Array.of(1, 2))
    sink.data(Uint8Array.of(3, 4, 5))
    const target = new Uint8Array(4)
    expect(wire.recv(target)).toBe(4)
    expect([...target]).toEqual([1, 2, 3, 4])
    expect(wire.chunks.length).toBe(1)
    expect(wire.recv(target)).toBe(1)
    expect(target[0]).toBe(5)
    expect(wire.chunks.length).toBe(0)
    expect(wire.bytesRead).toBe(5)
  })

  test('what is skipped may end in a later chunk', () => {
    const { wire, sink } = wireOverPort()
    for (const chunk of [[1, 2], [3], [4, 5, 6]]) sink.data(Uint8Array.from(chunk))
    wire.skip(4)
    expect([wire.first()?.[wire.head], wire.chunks.length, wire.bytesRead, wire.arrived]).toEqual([5, 1, 4, 6])
    wire.skip(2)
    expect([wire.first(), wire.head, wire.chunks]).toEqual([undefined, 0, []])
  })

  test('of lent memory it keeps what nobody has taken, and no more', () => {
    const { wire, sink, moved } = wireOverPort()
    moved.mockImplementationOnce(() => wire.skip(90))
    const lent = Uint8Array.from({ length: 100 }, (_, at) => at)
    sink.data(lent, true)
    sink.data(lent.subarray(0, 5), true)
    lent.fill(0)
    expect([wire.chunks.map((chunk) => chunk.buffer.byteLength), wire.head]).toEqual([[10, 5], 0])
    const target = new Uint8Array(20)
    expect(wire.recv(target)).toBe(15)
    expect([...target.subarray(0, 15)]).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 0, 1, 2, 3, 4])
  })

  test('stays pending after the end of the stream, which `ended` tells', () => {
    const { wire, sink } = wireOverPort()
    const error = new Error('reset')
    sink.ended(error)
    expect(wire.recv(new Uint8Array(1))).toBe(HOST_PENDING)
    expect(wire.ended).toEqual({ error })
  })
})

describe('memory of packets', () => {
  const packet = (value: number, length = 32_800) => new Uint8Array(length).fill(value)

  /** What the port got for a packet. */
  function pass({ wire, written }: ReturnType<typeof wireOverPort>, data: Uint8Array): Uint8Array {
    wire.send(data)
    wire.flush()
    return written.at(-1) as Uint8Array
  }

  test('is used again once the port says that it has written it, and not before', () => {
    const link = wireOverPort()
    const first = pass(link, packet(1))
    const second = pass(link, packet(2))
    expect(second.buffer).not.toBe(first.buffer)
    link.sink.written?.(first)
    const third = pass(link, packet(3))
    expect(third.buffer).toBe(first.buffer)
    expect([second, third].map((chunk) => Buffer.compare(chunk, packet(chunk[0] as number)))).toEqual([0, 0])
    expect([second[0], third[0]]).toEqual([2, 3])
  })

  test('stays with the port if that says nothing, has another length, or is a part of a stage', () => {
    const link = wireOverPort()
    const first = pass(link, packet(1))
    link.sink.drained()
    expect(pass(link, packet(2)).buffer).not.toBe(first.buffer)
    link.sink.written?.(first)
    expect(pass(link, packet(3, 20_000)).buffer).not.toBe(first.buffer)
    expect(Buffer.compare(first, packet(1))).toBe(0)
    for (let i = 0; i < 3; i++) link.wire.send(packet(4, 10_000))
    link.wire.flush()
    const staged = link.written.at(-1) as Uint8Array
    expect(staged.length).toBe(30_000)
    link.sink.written?.(staged)
    expect(pass(link, packet(5, 30_000)).buffer).not.toBe(staged.buffer)
  })

  test('is held for packets only, and no more of it than may be under way', () => {
    const link = wireOverPort()
    const many = Array.from({ length: 100 }, () => pass(link, packet(1)))
    for (const chunk of many) link.sink.written?.(chunk)
    const old = new Set(many.map(({ buffer }) => buffer))
    const again = () => Array.from({ length: 100 }, () => pass(link, packet(2))).filter(({ buffer }) => old.has(buffer)).length
    expect(again()).toBe(32)
    for (const chunk of many) link.sink.written?.(chunk)
    // A keepalive: the session idles.
    pass(link, packet(3, 100))
    expect(again()).toBe(0)
  })
})

describe('back-pressure', () => {
  test('receives nothing from a peer that does not read its answers, until it does or has gone', () => {
    const { wire, port, sink, moved } = wireOverPort()
    sink.data(new Uint8Array(100))
    const target = new Uint8Array(10)
    wire.send(new Uint8Array(10))
    port.queued = 5 * MEBIBYTE
    wire.flush()
    expect(wire.recv(target)).toBe(HOST_PENDING)
    expect(wire.chunks.length).toBe(1)
    port.queued = 0
    moved.mockClear()
    sink.drained()
    expect(moved).toHaveBeenCalledOnce()
    expect(wire.recv(target)).toBe(10)
    port.queued = 5 * MEBIBYTE
    expect(wire.recv(target)).toBe(HOST_PENDING)
    sink.ended()
    expect(wire.recv(target)).toBe(10)
  })

  test('pauses the transport above a mebibyte', () => {
    const { port, sink } = wireOverPort()
    sink.data(new Uint8Array(MEBIBYTE))
    expect(port.pause).not.toHaveBeenCalled()
    sink.data(new Uint8Array(1))
    expect(port.pause).toHaveBeenCalledOnce()
  })

  test('resumes it below half of that: with the next flush, never from inside recv', () => {
    const { wire, port, sink } = wireOverPort()
    sink.data(new Uint8Array(MEBIBYTE + 1))
    wire.recv(new Uint8Array(MEBIBYTE))
    expect(port.resume).not.toHaveBeenCalled()
    wire.flush()
    expect(port.resume).toHaveBeenCalledOnce()
  })

  test('is congested above a mebibyte unsent, and tells when that has gone', () => {
    const { wire, port, moved, sink } = wireOverPort()
    wire.send(new Uint8Array(MEBIBYTE + 1))
    expect(wire.congested).toBe(true)
    port.queued = MEBIBYTE + 1
    wire.flush()
    expect(wire.congested).toBe(true)
    port.queued = 0
    sink.drained()
    expect(moved).toHaveBeenCalledOnce()
    expect(wire.congested).toBe(false)
  })

  test('has room for what is left of a mebibyte', () => {
    const { wire, port } = wireOverPort()
    expect(wire.room).toBe(MEBIBYTE)
    wire.send(new Uint8Array(100_000))
    port.queued = 500_000
    expect(wire.room).toBe(MEBIBYTE - 600_000)
    wire.send(new Uint8Array(wire.room))
    expect([wire.room, wire.congested]).toEqual([0, false])
  })

  test('is over at once if the transport takes everything while it is written to', () => {
    const { wire, moved } = wireOverPort()
    wire.send(new Uint8Array(MEBIBYTE + 1))
    expect(wire.congested).toBe(true)
    wire.flush()
    expect(wire.congested).toBe(false)
    expect(moved).toHaveBeenCalledOnce()
  })
})

describe('send', () => {
  test('takes everything, and copies it', () => {
    const { wire, written } = wireOverPort()
    const data = Uint8Array.of(1, 2, 3)
    expect(wire.send(data)).toBe(3)
    data.fill(0)
    wire.flush()
    expect([...sent(written)]).toEqual([1, 2, 3])
  })

  test('keeps the order across flushes and stage sizes', () => {
    const { wire, written } = wireOverPort()
    const all: Uint8Array[] = []
    for (const size of [1, 70_000, 3, 65_536, 200_000, 5]) {
      const part = new Uint8Array(size).map((_, index) => (index * 7 + size) & 0xff)
      all.push(part)
      wire.send(part)
      if (size % 2 === 1) wire.flush()
    }
    wire.flush()
    expect(sent(written).equals(Buffer.concat(all))).toBe(true)
  })

  test('tells the transport of each chunk but the last that another one follows', () => {
    const { wire, port } = wireOverPort()
    const write = vi.spyOn(port, 'write')
    for (const size of [5, 32_804, 32_804]) wire.send(new Uint8Array(size))
    wire.flush()
    expect(write.mock.calls.map(([chunk, more]) => [chunk.length, more])).toEqual([[5, true], [32_804, true], [32_804, false]])
  })

  test('hands over chunks that no later send changes', () => {
    const { wire, written } = wireOverPort()
    wire.send(Uint8Array.of(1))
    wire.flush()
    wire.send(Uint8Array.of(2))
    wire.flush()
    expect(written.map((chunk) => [...chunk])).toEqual([[1], [2]])
  })

  test('answers what has arrived before, and not what arrives later', () => {
    const { wire, sink } = wireOverPort()
    expect(wire.unanswered).toBe(false)
    sink.data(Uint8Array.of(1))
    wire.flush()
    expect(wire.unanswered).toBe(true)
    wire.send(Uint8Array.of(2))
    expect(wire.unanswered).toBe(true)
    wire.flush()
    expect(wire.unanswered).toBe(false)
    sink.data(Uint8Array.of(3))
    expect(wire.unanswered).toBe(true)
  })

  test('fails after close', async () => {
    const { wire } = wireOverPort()
    await wire.close()
    expect(wire.send(Uint8Array.of(1))).toBe(HOST_FAILED)
  })
})

describe('close', () => {
  test('flushes first', async () => {
    const { wire, written, port } = wireOverPort()
    wire.send(Uint8Array.of(9))
    await wire.close()
    expect([...sent(written)]).toEqual([9])
    expect(port.close).toHaveBeenCalledOnce()
  })

  test('of a wire that is closing waits for the same end', async () => {
    const { wire, port } = wireOverPort()
    let finish: () => void = () => {}
    port.close.mockImplementation(() => new Promise((resolve) => { finish = () => resolve(undefined) }))
    void wire.close()
    const second = vi.fn()
    const waiting = wire.close().then(second)
    await new Promise(setImmediate)
    expect(second).not.toHaveBeenCalled()
    finish()
    await waiting
  })

  test('drops what arrived when aborted', () => {
    const { wire, sink, port } = wireOverPort()
    sink.data(Uint8Array.of(1))
    wire.abort()
    wire.abort()
    expect(wire.chunks.length).toBe(0)
    expect(port.abort).toHaveBeenCalledOnce()
  })
})

describe('a chunk that is lent', () => {
  test('is copied if it has not been taken when the sender needs its memory again', () => {
    const { wire, sink } = wireOverPort()
    const memory = Uint8Array.of(1, 2, 3, 4)
    sink.data(memory.subarray(0, 3), true)
    memory.fill(9)
    const target = new Uint8Array(8)
    expect(wire.recv(target)).toBe(3)
    expect([...target.subarray(0, 3)]).toEqual([1, 2, 3])
  })

  test('is copied from where it has been taken to', () => {
    const { wire, sink, moved } = wireOverPort()
    const first = new Uint8Array(2)
    moved.mockImplementationOnce(() => { wire.recv(first) })
    const memory = Uint8Array.of(1, 2, 3, 4)
    sink.data(memory, true)
    memory.fill(9)
    const rest = new Uint8Array(8)
    expect(wire.recv(rest)).toBe(2)
    expect([...first, ...rest.subarray(0, 2)]).toEqual([1, 2, 3, 4])
  })
})
