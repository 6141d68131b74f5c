import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { PacketCipher } from './packet-cipher.ts'

const BLOCK = 16
const MAC = 32

/** AES-CTR, by the length of its key, with hmac-sha2-256: encrypt and MAC (RFC 4253 section 6.4) or, `etm`, encrypt then MAC (OpenSSH PROTOCOL section 1.5). */
export function aesCtrHmac(key: Buffer, iv: Buffer, macKey: Buffer, etm: boolean): PacketCipher {
  const encrypt = createCipheriv(`aes-${8 * key.length}-ctr`, key, iv)
  const decrypt = createDecipheriv(`aes-${8 * key.length}-ctr`, key, iv)
  const mac = (sequence: number, bytes: Uint8Array) => {
    const number = Buffer.alloc(4)
    number.writeUInt32BE(sequence)
    return createHmac('sha256', macKey).update(number).update(bytes).digest()
  }
  const check = (expected: Buffer, got: Buffer) => {
    if (!expected.equals(got)) throw new Error('the client sent a wrong MAC')
  }

  return {
    unit: BLOCK,
    clear: etm ? 4 : 0,
    seal(packet, sequence) {
      if (!etm) return Buffer.concat([encrypt.update(packet), mac(sequence, packet)])
      const bytes = Buffer.concat([packet.subarray(0, 4), encrypt.update(packet.subarray(4))])
      return Buffer.concat([bytes, mac(sequence, bytes)])
    },
    async open(queue, sequence) {
      if (etm) {
        const length = await queue.read(4)
        const body = await queue.read(length.readUInt32BE())
        check(mac(sequence, Buffer.concat([length, body])), await queue.read(MAC))
        return decrypt.update(body)
      }
      const first = decrypt.update(await queue.read(BLOCK))
      const rest = decrypt.update(await queue.read(first.readUInt32BE() + 4 - BLOCK))
      const packet = Buffer.concat([first, rest])
      check(mac(sequence, packet), await queue.read(MAC))
      return packet.subarray(4)
    },
  }
}
