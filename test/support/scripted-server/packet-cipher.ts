import type { ByteQueue } from './byte-queue.ts'
import { cbcEtm } from './cipher-cbc.ts'
import { aesCtrHmac } from './cipher-ctr.ts'
import { aesGcm } from './cipher-gcm.ts'
import { chachaPoly } from './cipher-chacha.ts'

/** One direction's protection of packets. It does not check whether the input makes sense. */
export interface PacketCipher {
  /** Alignment of packets. */
  readonly unit: number
  /** 4 if the length field does not count for the alignment. */
  readonly clear: 0 | 4
  seal(packet: Uint8Array, sequence: number): Uint8Array
  /** The next packet without its length field. @throws if its MAC is wrong. */
  open(queue: ByteQueue, sequence: number): Promise<Uint8Array>
}

/** Names for one direction, as in KEXINIT. CBC goes with hmac-sha2-256-etm@openssh.com only. */
export interface DirectionAlgorithms {
  readonly cipher: 'aes128-ctr' | 'aes192-ctr' | 'aes256-ctr' | 'aes128-cbc' | 'aes192-cbc' | 'aes256-cbc' | '3des-cbc' | 'aes128-gcm@openssh.com' | 'aes256-gcm@openssh.com' | 'chacha20-poly1305@openssh.com'
  readonly mac: 'hmac-sha2-256' | 'hmac-sha2-256-etm@openssh.com'
  readonly compression: 'none' | 'zlib@openssh.com'
}

/** Returns as many bytes of key as requested, for one letter of RFC 4253 section 7.2. */
export type DeriveKey = (letter: string, length: number) => Buffer

/** @param letters IV, encryption key and MAC key of the direction. */
export function packetCipher({ cipher, mac }: DirectionAlgorithms, letters: readonly [string, string, string], derive: DeriveKey): PacketCipher {
  const [iv, key, macKey] = letters
  switch (cipher) {
    case 'aes128-ctr': case 'aes192-ctr': case 'aes256-ctr': return aesCtrHmac(derive(key, aesBytes(cipher)), derive(iv, 16), derive(macKey, 32), mac.includes('-etm'))
    case 'aes128-cbc': case 'aes192-cbc': case 'aes256-cbc': return cbcEtm(`aes-${8 * aesBytes(cipher)}-cbc`, derive(key, aesBytes(cipher)), derive(iv, 16), derive(macKey, 32))
    case '3des-cbc': return cbcEtm('des-ede3-cbc', derive(key, 24), derive(iv, 8), derive(macKey, 32))
    case 'aes128-gcm@openssh.com': return aesGcm('aes-128-gcm', derive(key, 16), derive(iv, 12))
    case 'aes256-gcm@openssh.com': return aesGcm('aes-256-gcm', derive(key, 32), derive(iv, 12))
    case 'chacha20-poly1305@openssh.com': return chachaPoly(derive(key, 64))
  }
}

/** Bytes of the key: the number in the name is of bits. */
const aesBytes = (cipher: string): number => Number(cipher.slice(3, 6)) / 8

/** Before the first NEWKEYS. */
export const noCipher: PacketCipher = {
  unit: 8,
  clear: 0,
  seal: (packet) => packet,
  open: async (queue) => queue.read((await queue.read(4)).readUInt32BE()),
}
