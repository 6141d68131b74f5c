/**
 * The measured process: `node limits-floor.js down|up plain|streams|file PORT BYTES COUNT FILE` moves data through what any client in Node needs, and nothing else: a socket that
 * reads into one buffer and is written to, `node:crypto` for each packet, and with `streams` Web Streams, COUNT of them, as this library's API has, with `file` a local file.
 * There is no SSH; but an upload opens the packets that the other side sends in the place of window adjustments.
 */
import { connect, type Socket } from 'node:net'
import { opener } from './floor-packets.ts'
import { file, nowhere, type Sink, streams } from './floor-sinks.ts'
import { sendFile, sendStream, sendZeros } from './floor-sources.ts'
import { ADJUSTMENT, BODY } from './packet-sizes.ts'

const [, , direction, way, port, amount, number, path = ''] = process.argv
const [total, count] = [Number(amount), Number(number)]

/** @param arrived returns `false` for a socket that stops */
function open(arrived: (chunk: Uint8Array) => boolean): Socket {
  const buffer = new Uint8Array(256 << 10)
  return connect({ port: Number(port), host: '127.0.0.1', onread: { buffer, callback: (length) => arrived(buffer.subarray(0, length)) } })
}

const ended = (socket: Socket) => new Promise((resolve, reject) => { socket.once('close', resolve).once('error', reject) })

async function down(): Promise<number> {
  let [first, seen] = [0, 0]
  const resume = () => void socket.resume()
  const sink: Sink = way === 'file' ? await file(path, resume) : way === 'streams' ? streams(count, resume) : nowhere()
  const arrived = opener(BODY, (body) => {
    first ||= performance.now()
    seen += body.length
    sink.take(body)
  })
  const socket: Socket = open((chunk) => {
    arrived(chunk)
    return sink.room()
  })
  await ended(socket)
  await sink.finish()
  if (seen !== total) throw new Error(`${seen} of ${total} bytes arrived`)
  return first
}

async function up(): Promise<number> {
  const adjusted = opener(ADJUSTMENT, () => {})
  const socket = open((chunk) => {
    adjusted(chunk)
    return true
  })
  await new Promise((resolve) => { socket.once('connect', resolve) })
  const first = performance.now()
  await (way === 'file' ? sendFile(socket, total, path) : way === 'streams' ? sendStream(socket, total) : sendZeros(socket, total))
  const closed = ended(socket)
  socket.end()
  await closed
  return first
}

const first = await (direction === 'up' ? up() : down())
console.log(JSON.stringify({ seconds: [(performance.now() - first) / 1000] }))
