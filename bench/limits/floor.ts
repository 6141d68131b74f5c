/** The least that a client in Node can take: a process without SSH that moves the same bytes through a socket and `node:crypto`. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measured } from '../peers/measured.ts'
import type { Peer } from '../peers/peer.ts'
import type { Timing } from '../types.ts'
import { sealedZeros, sizeOf } from './floor-packets.ts'
import { ADJUSTMENT, BODY } from './packet-sizes.ts'

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

/** Takes all that arrives, and sends an adjustment for every so many packets. */
function take(socket: Socket, perPacket: number): void {
  const adjustment = sealedZeros(1, ADJUSTMENT)
  let [bytes, sent] = [0, 0]
  socket.on('data', ({ length }) => {
    bytes += length
    const due = Math.floor(bytes / sizeOf(BODY) * perPacket)
    for (; sent < due; sent++) socket.write(adjustment)
  })
}

export interface Floor {
  readonly name: string
  /** `streams`: as many Web Streams as the job has channels. */
  readonly way: 'plain' | 'streams' | 'file'
  /** A release of Node. */
  readonly program?: string
  /** Window adjustments that an upload receives per gigabyte. */
  readonly adjustments?: number
}

export function floor({ name, way, program = process.execPath, adjustments = 0 }: Floor): Peer {
  return {
    name, title: name, ciphers: [], can: () => true,
    async run({ workload, bytes, count, local }) {
      const up = workload === 'exec-upload' || workload === 'sftp-put'
      const block = sealedZeros(BLOCK, BODY)
      const server = createServer((socket) => {
        if (up) take(socket, adjustments * BODY / 1e9)
        else void give(socket, bytes, block)
      })
      await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
      try {
        const { stdout, cpu, memory } = await measured([program, client, up ? 'up' : 'down', way, String((server.address() as AddressInfo).port), String(bytes), String(count), join(local, 'large')])
        return { ...JSON.parse(stdout) as Timing, cpu, memory }
      } finally {
        server.close()
      }
    },
  }
}
