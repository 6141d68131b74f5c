/** What the floor's uploads send. */
import type { Socket } from 'node:net'
import { openLocalFile } from '../../src/transports/local-files/node-file.ts'
import { CHUNK, zeros } from '../peers/chunk.ts'
import { send } from './floor-packets.ts'

/** About as much as src/sftp/transfer/sources.ts reads at once, in full packets. */
const BLOCK = 1 << 20

export async function sendZeros(socket: Socket, total: number): Promise<void> {
  for (let sent = 0; sent < total; sent += CHUNK) await send(socket, zeros(total - sent))
}

export async function sendStream(socket: Socket, total: number): Promise<void> {
  const writer = new WritableStream<Uint8Array>({ write: (chunk) => send(socket, chunk) }).getWriter()
  for (let sent = 0; sent < total; sent += CHUNK) await writer.write(zeros(total - sent))
  await writer.close()
}

/** A local file as this library reads it: one block ahead, into the same memory again. */
export async function sendFile(socket: Socket, total: number, path: string): Promise<void> {
  const file = await openLocalFile(path, 'read')
  const read = (at: number, memory?: Uint8Array) => file.read(Math.min(BLOCK, total - at), at, memory)
  let ahead = read(0)
  let spare: Uint8Array | undefined
  for (let at = 0; at < total;) {
    const block = await ahead
    if (block.length === 0) throw new Error(`${path} ends at ${at}`)
    at += block.length
    ahead = read(at, spare)
    await send(socket, block)
    spare = block
  }
  await ahead
  await file.close()
}
