/** The least that a client in Node can take: a process without SSH that moves the same bytes through a socket and `node:crypto`. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { measured } from '../peers/measured.ts'
import type { Peer } from '../peers/peer.ts'
import type { Timing } from '../types.ts'
import { BODY, sealedZeros } from './floor-packets.ts'

const client = fileURLToPath(new URL('limits-floor.js', import.meta.url))
/** Packets in a block that the server writes. */
const BLOCK = 32

/** Writes so many bytes of data in sealed packets, and ends. */
async function give(socket: Socket, bytes: number, block: Uint8Array): Promise<void> {
  for (let left = bytes / BODY; left > 0; left -= BLOCK) {
    if (!socket.write(left >= BLOCK ? block : block.subarray(0, block.length / BLOCK * left))) await new Promise((resolve) => { socket.once('drain', resolve) })
  }
  socket.end()
}

/** @param way `plain`, or `streams` with as many Web Streams as the job has channels. @param program a release of Node */
export function floor(name: string, way: 'plain' | 'streams', program: string): Peer {
  return {
    name, title: name, ciphers: [], can: () => true,
    async run({ workload, bytes, count }) {
      const up = workload === 'exec-upload'
      const block = sealedZeros(BLOCK)
      const server = createServer((socket) => {
        if (up) socket.resume()
        else void give(socket, bytes, block)
      })
      await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
      try {
        const { stdout, cpu, memory } = await measured([program, client, up ? 'up' : 'down', way, String((server.address() as AddressInfo).port), String(bytes), String(count)])
        return { ...JSON.parse(stdout) as Timing, cpu, memory }
      } finally {
        server.close()
      }
    },
  }
}
