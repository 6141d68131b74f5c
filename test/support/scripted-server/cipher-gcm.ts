import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { PacketCipher } from './packet-cipher.ts'

const TAG = 16

/** AES-GCM as in RFC 5647, with OpenSSH's names. The last eight bytes of the IV count packets. */
export function aesGcm(name: 'aes-128-gcm' | 'aes-256-gcm', key: Buffer, iv: Buffer): PacketCipher {
  const next = () => {
    const current = Buffer.from(iv)
    iv.writeBigUInt64BE(BigInt.asUintN(64, iv.readBigUInt64BE(4) + 1n), 4)
    return current
  }
  return {
    unit: 16,
    clear: 4,
    seal(packet) {
      const cipher = createCipheriv(name, key, next())
      cipher.setAAD(packet.subarray(0, 4))
      return Buffer.concat([packet.subarray(0, 4), cipher.update(packet.subarray(4)), cipher.final(), cipher.getAuthTag()])
    },
    async open(queue) {
      const length = await queue.read(4)
      const body = await queue.read(length.readUInt32BE())
      const cipher = createDecipheriv(name, key, next())
      cipher.setAAD(length)
      cipher.setAuthTag(await queue.read(TAG))
      return Buffer.concat([cipher.update(body), cipher.final()])
    },
  }
}
