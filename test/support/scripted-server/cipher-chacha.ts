import { createCipheriv } from 'node:crypto'
import type { PacketCipher } from './packet-cipher.ts'
import { poly1305 } from './poly1305.ts'

const TAG = 16

/** chacha20-poly1305@openssh.com (OpenSSH PROTOCOL.chacha20poly1305): the second half of the key encrypts lengths. */
export function chachaPoly(key: Buffer): PacketCipher {
  const main = key.subarray(0, 32)
  const header = key.subarray(32)
  const chacha = (half: Buffer, sequence: number, counter: number, bytes: Uint8Array) => {
    const iv = Buffer.alloc(16)
    iv.writeUInt32LE(counter)
    iv.writeUInt32BE(sequence, 12)
    return createCipheriv('chacha20', half, iv).update(bytes)
  }
  const tag = (sequence: number, bytes: Buffer) => poly1305(chacha(main, sequence, 0, Buffer.alloc(32)), bytes)

  return {
    unit: 8,
    clear: 4,
    seal(packet, sequence) {
      const bytes = Buffer.concat([chacha(header, sequence, 0, packet.subarray(0, 4)), chacha(main, sequence, 1, packet.subarray(4))])
      return Buffer.concat([bytes, tag(sequence, bytes)])
    },
    async open(queue, sequence) {
      const length = await queue.read(4)
      const body = await queue.read(chacha(header, sequence, 0, length).readUInt32BE())
      if (!tag(sequence, Buffer.concat([length, body])).equals(await queue.read(TAG))) throw new Error('the client sent a wrong tag')
      return chacha(main, sequence, 1, body)
    },
  }
}
