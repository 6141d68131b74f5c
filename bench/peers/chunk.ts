/** What uploads are made of. */
export const CHUNK = 256 << 10

const full = new Uint8Array(CHUNK)

/** A chunk of zeros, not longer than what is left. */
export function zeros(left: number): Uint8Array {
  return left >= CHUNK ? full : full.subarray(0, left)
}
