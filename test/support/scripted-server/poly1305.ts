const PRIME = (1n << 130n) - 5n
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn

const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((number, byte) => number << 8n | BigInt(byte), 0n)

/** Poly1305 of RFC 8439 section 2.5, which Node has only inside of ciphers. Slow, for tests. */
export function poly1305(key: Uint8Array, message: Uint8Array): Buffer {
  const r = littleEndian(key.subarray(0, 16)) & CLAMP
  let sum = 0n
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16)
    sum = (sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * r % PRIME
  }
  const tag = BigInt.asUintN(128, sum + littleEndian(key.subarray(16, 32)))
  return Buffer.from(Array.from({ length: 16 }, (_, i) => Number(tag >> BigInt(8 * i) & 0xffn)))
}
