/** Memory for a request to write: packets with room for the data, so that a file can be read into them. */
import { DATA, dataPacket } from './bare-packets.ts'
import { offset, request, SSH_FXP } from './bare-replies.ts'
import { BODY } from './packet-sizes.ts'

export interface WriteRequest {
  readonly packets: readonly { readonly packet: Buffer, readonly bytes: number }[]
  /** Where the file's bytes belong. */
  readonly room: readonly Uint8Array[]
  /** For this id, and this place in the file. */
  address(id: number, at: number): void
}

export function writeRequest(recipient: number, handle: Uint8Array, length: number): WriteRequest {
  const head = (id: number, at: number) => request(SSH_FXP.WRITE, [id, handle, ...offset(at), length], length)
  const { length: headSize } = head(0, 0)
  const packets: { packet: Buffer, bytes: number }[] = []
  for (let left = headSize + length; left > 0; left -= BODY) {
    const bytes = Math.min(BODY, left)
    packets.push({ packet: dataPacket(recipient, bytes), bytes })
  }
  return {
    packets,
    // Behind the head in the first one. Padding ends each.
    room: packets.map(({ packet, bytes }, at) => packet.subarray(DATA + (at === 0 ? headSize : 0), DATA + bytes)),
    address: (id, at) => void packets[0]!.packet.set(head(id, at), DATA),
  }
}
