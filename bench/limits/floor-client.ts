/**
 * The measured process: `node limits-floor.js down|up plain|streams PORT BYTES COUNT` moves data through what any client in Node needs, and nothing else: a socket that reads into one
 * buffer or is written to, `node:crypto` for each packet of 32 kB, and with `streams` Web Streams, COUNT of them, as this library's API has. There is no SSH.
 */
import { connect, type Socket } from 'node:net'
import { CHUNK, zeros } from '../peers/chunk.ts'
import { opener, send } from './floor-packets.ts'

const [, , direction, way, port, amount, number] = process.argv
const [total, count, web] = [Number(amount), Number(number), way === 'streams'] as const
/** Chunks of a stream that nobody has read, beyond which the socket stops. */
const MOST = 64

const ended = (socket: Socket) => new Promise((resolve, reject) => { socket.once('close', resolve).once('error', reject) })

async function down(): Promise<number> {
  let [first, seen, next] = [0, 0, 0]
  const read = (body: Uint8Array) => {
    first ||= performance.now()
    seen += body.length
  }
  const streams: ReadableStreamDefaultController<Uint8Array>[] = []
  const readers = Array.from({ length: web ? count : 0 }, async () => {
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void streams.push(controller), pull: () => void socket.resume() }, { highWaterMark: 0 })
    for (let reader = stream.getReader(); ;) {
      const { value, done } = await reader.read()
      if (done) return
      read(value)
    }
  })
  const arrived = opener(web ? (body) => streams[next++ % count]!.enqueue(body) : read)
  const buffer = new Uint8Array(256 << 10)
  const socket: Socket = connect({
    port: Number(port), host: '127.0.0.1',
    onread: {
      buffer,
      callback(length) {
        arrived(buffer.subarray(0, length))
        return streams.every(({ desiredSize }) => desiredSize! > -MOST)
      },
    },
  })
  await ended(socket)
  for (const stream of streams) stream.close()
  await Promise.all(readers)
  if (seen !== total) throw new Error(`${seen} of ${total} bytes arrived`)
  return first
}

async function up(): Promise<number> {
  const socket = connect({ port: Number(port), host: '127.0.0.1' })
  await new Promise((resolve) => { socket.once('connect', resolve) })
  const first = performance.now()
  const writer = web ? new WritableStream<Uint8Array>({ write: (chunk) => send(socket, chunk) }).getWriter() : undefined
  for (let sent = 0; sent < total; sent += CHUNK) await (writer ? writer.write(zeros(total - sent)) : send(socket, zeros(total - sent)))
  await writer?.close()
  const closed = ended(socket)
  socket.resume().end()
  await closed
  return first
}

const first = await (direction === 'up' ? up() : down())
console.log(JSON.stringify({ seconds: [(performance.now() - first) / 1000] }))
