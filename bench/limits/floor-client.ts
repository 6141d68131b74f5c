/**
 * The measured process: `node limits-floor.js down|up plain|streams|file PORT BYTES COUNT FILE BESIDE` moves data through what any client in Node needs, and nothing else: a socket that
 * reads into one buffer and is written to, `node:crypto` for each packet of data, and with `streams` Web Streams, COUNT of them, as this library's API has, with `file` a local file and
 * SFTP's replies. There is no SSH; but a download sends what BESIDE says (JSON), in the place of window adjustments and SFTP's requests, and an upload reads it.
 * No cipher is used for that: this library seals and opens small packets in WebAssembly, and what that takes is left out here.
 */
import { connect, type Socket } from 'node:net'
import { type Beside, sender } from './floor-beside.ts'
import { opener, unframer } from './floor-packets.ts'
import { checkWritten, replies } from './floor-sftp.ts'
import { file, nowhere, type Sink, streams } from './floor-sinks.ts'
import { sendFile, sendStream, sendZeros } from './floor-sources.ts'
import { ADJUSTMENT } from './packet-sizes.ts'

const [, , direction, way, port, amount, number, path = '', text = ''] = process.argv
const [total, count, beside] = [Number(amount), Number(number), JSON.parse(text) as Beside]

/** @param arrived returns `false` for a socket that stops */
function open(arrived: (chunk: Uint8Array) => boolean): Socket {
  // As much as in src/transports/read-buffer.ts.
  const buffer = new Uint8Array(512 << 10)
  return connect({ port: Number(port), host: '127.0.0.1', onread: { buffer, callback: (length) => arrived(buffer.subarray(0, length)) } })
}

const ended = (socket: Socket) => new Promise((resolve, reject) => { socket.once('close', resolve).once('error', reject) })

async function down(): Promise<number> {
  let [first, seen] = [0, 0]
  const resume = () => void socket.resume()
  const sink: Sink = way === 'file' ? replies(await file(path, resume)) : way === 'streams' ? streams(count, resume) : nowhere()
  const arrived = opener((body) => {
    first ||= performance.now()
    seen += body.length
    sink.take(body)
    send(body.length)
  })
  const socket: Socket = open((chunk) => {
    arrived(chunk)
    return sink.room()
  })
  const send = sender(socket, beside, (size) => new Uint8Array(size), beside.writes)
  await ended(socket)
  await sink.finish()
  if (seen !== total) throw new Error(`${seen} of ${total} bytes arrived`)
  return first || performance.now()
}

async function up(): Promise<number> {
  const arrived = unframer((body) => { if (body.length !== ADJUSTMENT) checkWritten(body) })
  const socket = open((chunk) => {
    arrived(chunk)
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
