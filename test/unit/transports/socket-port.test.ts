import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { SocketPort } from '../../../src/transports/socket-port.ts'

/** A stream that notes what each of its writes brought together. */
function port() {
  const together: number[][] = []
  const stream = new Duplex({
    read() {},
    write(chunk: Uint8Array, _, done) {
      together.push([chunk.length])
      done()
    },
    writev(chunks, done) {
      together.push(chunks.map(({ chunk }) => (chunk as Uint8Array).length))
      done()
    },
  })
  return { port: new SocketPort(stream), together }
}

test('chunks that follow each other at once go out together, in order', () => {
  const { port: socket, together } = port()
  socket.write(new Uint8Array(3), true)
  socket.write(new Uint8Array(2), true)
  expect(together).toEqual([])
  socket.write(new Uint8Array(1))
  expect(together).toEqual([[3, 2, 1]])
  socket.write(new Uint8Array(4))
  expect(together).toEqual([[3, 2, 1], [4]])
})

test('tells once that what went out together has been taken', async () => {
  const { port: socket } = port()
  let drained = 0
  socket.start({ data() {}, drained: () => { drained += 1 }, ended() {} })
  for (const more of [true, true, false, true, false]) socket.write(new Uint8Array(5), more)
  expect(socket.queued).toBe(25)
  await new Promise((resolve) => { setImmediate(resolve) })
  expect([socket.queued, drained]).toEqual([0, 2])
})

test('a stream that takes chunk by chunk tells before the end of all that goes out together', async () => {
  const taken: (() => void)[] = []
  const stream = new Duplex({ read() {}, write: (_chunk, _, done) => void taken.push(done), highWaterMark: 1 })
  const socket = new SocketPort(stream)
  const queued: number[] = []
  socket.start({ data() {}, drained: () => queued.push(socket.queued), ended() {} })
  for (let at = 32; at > 0; at--) socket.write(new Uint8Array(32 << 10), at > 1)
  for (let done = taken.shift(); done; done = taken.shift()) {
    done()
    await new Promise((resolve) => { setImmediate(resolve) })
  }
  expect(queued).toEqual([768 << 10, 512 << 10, 256 << 10, 0])
})

test('a stream that is destroyed between chunks that go out together keeps none of them', async () => {
  const { port: socket } = port()
  const stream = new Duplex({ read() {}, write: (_chunk, _, done) => done() })
  const other = new SocketPort(stream)
  other.write(new Uint8Array(10), true)
  stream.destroy()
  other.write(new Uint8Array(10))
  socket.write(new Uint8Array(3), true)
  await socket.close()
  expect([other.queued, socket.queued]).toEqual([0, 0])
})

test('what was to be followed goes out when the port is closed', async () => {
  const { port: socket, together } = port()
  socket.write(new Uint8Array(3), true)
  await socket.close()
  expect(together).toEqual([[3]])
  expect(socket.queued).toBe(0)
})

test('says nothing of the memory of what a stream in general has taken: it may hand it on', async () => {
  const { port: socket } = port()
  const written: Uint8Array[] = []
  const drained = new Promise<void>((resolve) => {
    socket.start({ data() {}, drained: resolve, written: (chunk) => written.push(chunk), ended() {} })
  })
  socket.write(new Uint8Array(3))
  await drained
  expect(written).toEqual([])
  expect(socket.queued).toBe(0)
})
