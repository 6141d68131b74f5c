import { afterEach, describe, expect, test } from 'vitest'
import { StreamPort } from '../../src/core/stream-port.ts'
import type { BytePort } from '../../src/index.ts'
import { seededRandom } from '../support/random.ts'
import { within } from '../support/within.ts'
import type { Connection } from './connection.ts'

export interface TransportTraits {
  readonly connect: () => Promise<Connection>
  /** Bytes that a test sends one way. */
  readonly size?: number
  /** After the far end's EOF this end can still write. */
  readonly halfClose?: boolean
  /** While it is paused, the far end is held up. Where it cannot be, what comes is kept. */
  readonly pausesFarEnd?: boolean
}

interface Started {
  readonly port: BytePort
  readonly bytes: () => Uint8Array
  readonly ends: unknown[]
  readonly drained: () => number
  /** Resolves when `length` bytes have come. */
  until(length: number): Promise<void>
  ended(): Promise<void>
}

function start({ transport }: Connection): Started {
  const port = transport.port ?? new StreamPort(transport)
  const chunks: Uint8Array[] = []
  const ends: unknown[] = []
  let total = 0
  let drained = 0
  let news: () => void = () => {}
  port.start({
    data: (chunk, lent) => {
      expect(ends, 'data after the end').toEqual([])
      chunks.push(lent ? chunk.slice() : chunk)
      total += chunk.length
      news()
    },
    drained: () => { drained += 1 },
    ended: (error) => {
      ends.push(error)
      news()
    },
  })
  const when = async (condition: () => boolean) => { while (!condition()) await new Promise<void>((resolve) => { news = resolve }) }
  return {
    port, ends,
    bytes: () => new Uint8Array(Buffer.concat(chunks)),
    drained: () => drained,
    until: (length) => within(10_000, `${length} bytes`, when(() => total >= length)),
    ended: () => within(10_000, 'the end', when(() => ends.length > 0)),
  }
}

const equal = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0
const soon = (milliseconds: number) => new Promise((resolve) => { setTimeout(resolve, milliseconds) })

/** What every transport does, whatever carries its bytes. */
export function transportContract(name: string, { connect, size = 1 << 20, halfClose = false, pausesFarEnd = true }: TransportTraits): void {
  describe(name, () => {
    const open: Connection[] = []
    const data = seededRandom(5).bytes(size)

    afterEach(async () => {
      for (const connection of open.splice(0)) {
        await connection.stop()
      }
    })

    async function connected(): Promise<Connection> {
      const connection = await connect()
      open.push(connection)
      return connection
    }

    test('carries bytes to the far end, unchanged and in order', async () => {
      const connection = await connected()
      const { port } = start(connection)
      for (let at = 0; at < data.length; at += 50_000) port.write(data.slice(at, at + 50_000))
      expect(equal(await within(10_000, 'bytes', connection.far.receive(data.length)), data)).toBe(true)
      port.abort()
    })

    test('carries bytes from the far end, unchanged and in order', async () => {
      const connection = await connected()
      const near = start(connection)
      connection.far.send(data)
      await near.until(data.length)
      expect(equal(near.bytes(), data)).toBe(true)
      near.port.abort()
    })

    test('loses nothing of what came before it was started', async () => {
      const connection = await connected()
      connection.far.send(data.slice(0, 1000))
      await soon(30)
      const near = start(connection)
      await near.until(1000)
      expect(equal(near.bytes(), data.slice(0, 1000))).toBe(true)
      near.port.abort()
    })

    test('tells the end once, after all data, and without an error', async () => {
      const connection = await connected()
      const near = start(connection)
      connection.far.send(data.slice(0, 5000))
      connection.far.end()
      await near.ended()
      expect(near.bytes().length).toBe(5000)
      await soon(20)
      expect(near.ends).toEqual([undefined])
      near.port.abort()
    })

    test('tells a broken connection, before it is started or after', async () => {
      const after = await connected()
      const near = start(after)
      after.far.reset()
      await near.ended()
      expect(near.ends).toHaveLength(1)
      const before = await connected()
      before.far.reset()
      await soon(30)
      const late = start(before)
      await late.ended()
      late.port.abort()
    })

    if (halfClose) test('can be written to after the far end has sent its EOF', async () => {
      const connection = await connected()
      const near = start(connection)
      connection.far.end()
      await near.ended()
      near.port.write(data.slice(0, 100))
      expect(equal(await within(5000, 'bytes', connection.far.receive(100)), data.slice(0, 100))).toBe(true)
      near.port.abort()
    })

    test('takes everything at once, counts what has not left, and tells when it has', async () => {
      const connection = await connected()
      const near = start(connection)
      connection.far.hold()
      for (let i = 0; i < 16; i++) near.port.write(data.slice())
      expect(near.port.queued).toBeGreaterThan(0)
      connection.far.release()
      await within(20_000, 'bytes', connection.far.receive(16 * data.length))
      await within(5000, 'drained', (async () => { while (near.port.queued > 0) await soon(5) })())
      expect(near.drained()).toBeGreaterThan(0)
      near.port.abort()
    })

    test('delivers nothing while it is paused, and everything after', async () => {
      const connection = await connected()
      const near = start(connection)
      near.port.pause()
      await soon(10)
      connection.far.send(data)
      await soon(50)
      // A chunk that was on its way may still come.
      const early = near.bytes().length
      expect(early).toBeLessThanOrEqual(65_536)
      near.port.resume()
      await near.until(data.length)
      expect(equal(near.bytes(), data)).toBe(true)
      near.port.abort()
    })

    test('tells an end that came while it was paused only after the data', async () => {
      const connection = await connected()
      const near = start(connection)
      near.port.pause()
      connection.far.send(data.slice(0, 5000))
      connection.far.end()
      await soon(50)
      near.port.resume()
      await near.ended()
      expect(near.bytes().length).toBe(5000)
      near.port.abort()
    })

    if (pausesFarEnd) test('holds the far end up while it is paused: memory stays bounded', async () => {
      const connection = await connected()
      const near = start(connection)
      near.port.pause()
      for (let i = 0; i < 64; i++) connection.far.send(data)
      await soon(100)
      expect(near.bytes().length).toBeLessThanOrEqual(1 << 17)
      near.port.abort()
    })

    test('close lets go out what was written, and ends the connection', async () => {
      const connection = await connected()
      const { port, ends } = start(connection)
      port.write(data.slice())
      await within(10_000, 'close', port.close())
      expect(equal(await within(5000, 'bytes', connection.far.receive(data.length)), data)).toBe(true)
      await within(5000, 'the far end to see it', connection.far.ended)
      expect(ends, 'who closes is not told').toEqual([])
    })

    test('close does not wait for a far end that reads nothing', async () => {
      const connection = await connected()
      const { port } = start(connection)
      connection.far.hold()
      for (let i = 0; i < 16; i++) port.write(data.slice())
      await within(8000, 'close', port.close())
      connection.far.release()
    })

    test('abort ends the connection; both may be repeated', async () => {
      const connection = await connected()
      const { port } = start(connection)
      port.abort()
      port.abort()
      await within(5000, 'close', port.close())
      await within(5000, 'the far end to see it', connection.far.ended)
      port.write(data.slice(0, 10))
    })
  })
}
