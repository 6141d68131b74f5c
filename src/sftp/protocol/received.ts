/** Bytes of a file as they arrived. They are the reader's, but several parts, also of different replies, may share memory. */
export interface Received {
  readonly parts: readonly Uint8Array[]
  readonly size: number
}

/** So many bytes of the parts of a packet, from `start` on. Parts that are wanted completely stay as they are. */
export function received(packet: readonly Uint8Array[], start: number, size: number): Received {
  const parts: Uint8Array[] = []
  let skip = start
  let missing = size
  for (const part of packet) {
    const piece = skip > 0 || part.length > missing ? part.subarray(skip, skip + missing) : part
    skip = Math.max(0, skip - part.length)
    missing -= piece.length
    if (piece.length > 0) parts.push(piece)
  }
  return { parts, size }
}
