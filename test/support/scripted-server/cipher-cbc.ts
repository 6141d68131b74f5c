import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { PacketCipher } from './packet-cipher.ts'

const MAC = 32

/** A cipher of Node's in CBC, whose initialization vector has the length of a block, with hmac-sha2-256-etm@openssh.com (OpenSSH PROTOCOL section 1.5). */
export function cbcEtm(name: string, key: Buffer, iv: Buffer, macKey: Buffer): PacketCipher {
  const encrypt = createCipheriv(name, key, iv).setAutoPadding(false)
  const decrypt = createDecipheriv(name, key, iv).setAutoPadding(false)
  const mac = (sequence: number, bytes: Uint8Array) => {
    const number = Buffer.alloc(4)
    number.writeUInt32BE(sequence)
    return createHmac('sha256', macKey).update(number).update(bytes).digest()
  }
  return {
    unit: iv.length,
    clear: 4,
    seal(packet, sequence) {
      const bytes = Buffer.concat([packet.subarray(0, 4), encrypt.update(packet.subarray(4))])
      return Buffer.concat([bytes, mac(sequence, bytes)])
    },
    async open(queue, sequence) {
      const length = await queue.read(4)
      const body = await queue.read(length.readUInt32BE())
      if (!mac(sequence, Buffer.concat([length, body])).equals(await queue.read(MAC))) throw new Error('the client sent a wrong MAC')
      return decrypt.update(body)
    },
  }
}
