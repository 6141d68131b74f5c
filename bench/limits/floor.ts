/** The least that a client in Node can take: a process without SSH that moves the same bytes through a socket and `node:crypto`. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measured } from '../peers/measured.ts'
import type { Peer } from '../peers/peer.ts'
import type { Timing } from '../types.ts'
import { type Beside, sender } from './floor-beside.ts'
import { seal, sizeOf } from './floor-packets.ts'
import { PACKETS, reply, written } from './floor-sftp.ts'
import { BODY } from './packet-sizes.ts'

const client = fileURLToPath(new URL('limits-floor.js', import.meta.url))
/** Packets in a block that the server writes. */
const BLOCK = 4 * PACKETS

const block = (bodies: readonly Uint8Array[]) => Buffer.concat(Array.from({ length: BLOCK / bodies.length }, () => bodies.flatMap((body) => seal(body))).flat())

/** Writes so many bytes of data in sealed packets, and ends. What arrives is dropped. */
async function give(socket: Socket, bytes: number, packets: Uint8Array): Promise<void> {
  socket.resume()
  for (let left = bytes / BODY; left > 0; left -= BLOCK) {
    if (!socket.write(left >= BLOCK ? packets : packets.subarray(0, packets.length / BLOCK * left))) await new Promise((resolve) => { socket.once('drain', resolve) })
  }
  socket.end()
}

/** Takes all that arrives, and sends what an upload receives, at once when it is due. */
function take(socket: Socket, beside: Beside): void {
  const send = sender(socket, beside, written)
  socket.on('data', ({ length }) => send(length / sizeOf(BODY) * BODY))
}

export interface Floor {
  readonly name: string
  /** `streams`: as many Web Streams as the job has channels. */
  readonly way: 'plain' | 'streams' | 'file'
  /** A release of Node. */
  readonly program?: string
  /** What a download sends, and an upload receives. */
  readonly beside: Beside
}

export function floor({ name, way, program = process.execPath, beside }: Floor): Peer {
  return {
    name, title: name, ciphers: [], can: () => true,
    async run({ workload, bytes, count, local }, enter) {
      const up = workload === 'exec-upload' || workload === 'sftp-put'
      // Full packets only: none in a process without data.
      const total = Math.floor(bytes / BODY) * BODY
      const packets = block(way === 'file' ? reply() : [new Uint8Array(BODY)])
      const server = createServer((socket) => {
        if (up) take(socket, beside)
        else void give(socket, total, packets)
      })
      await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
      try {
        const { port } = server.address() as AddressInfo
        const { stdout, cpu, memory } = await measured([...enter, program, client, up ? 'up' : 'down', way, ...[port, total, count].map(String), join(local, 'large'), JSON.stringify(beside)])
        return { ...JSON.parse(stdout) as Timing, cpu, memory }
      } finally {
        server.close()
      }
    },
  }
}
