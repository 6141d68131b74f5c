import type { Bytes } from '../../src/ffi/exports.gen.ts'
import type { Instance } from '../../src/index.ts'

/** Two of them by chance: once in 10^13 mebibytes. */
const PIECE = 8

/** The first 16 bytes of a key as wasm/crypto-aes.c keeps them: eight vectors, one of each bit. */
function slices(key: Uint8Array): Buffer[] {
  if (key.length < 16) return []
  return [Buffer.from(Array.from({ length: 128 }, (_, i) => ((key[i % 16] as number) >> (i >> 4) & 1 ? 0xff : 0)))]
}

/** Pieces of a secret as it is, and backwards: mbedTLS keeps numbers with the lowest byte first. */
function pieces(secret: Uint8Array): Buffer[] {
  const cut = (bytes: Uint8Array) => Array.from({ length: Math.floor(bytes.length / PIECE) }, (_, i) => Buffer.from(bytes.subarray(i * PIECE, (i + 1) * PIECE)))
  return [...cut(secret), ...cut(Uint8Array.from(secret).reverse()), ...slices(secret)]
}

/** Names of the secrets of which any eight bytes in a row, or their slices, are anywhere in an instance's memory: its stack, its heap, what is free. */
export function foundIn({ heap }: Instance, secrets: Readonly<Record<string, Uint8Array | string>>): string[] {
  const view = heap.view(0 as Bytes, heap.size)
  const memory = Buffer.from(view.buffer, view.byteOffset, view.length)
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const at = pieces(typeof secret === 'string' ? Buffer.from(secret) : secret).map((piece) => memory.indexOf(piece)).find((index) => index >= 0)
    return at === undefined ? [] : [process.env.ISOLATION_ADDRESSES ? `${name} at ${at}` : name]
  })
}
