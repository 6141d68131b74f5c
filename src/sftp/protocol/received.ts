/** Bytes of a file as they arrived. They are the reader's, but several parts, also of different replies, may share memory. */
export interface Received {
  readonly parts: readonly Uint8Array[]
  readonly size: number
}

/** So many bytes of the parts of a packet, from `start` on. Parts that are wanted completely stay as they are, and a few bytes of a large part are copied, so that they do not keep its memory. */
export function received(packet: readonly Uint8Array[], start: number, size: number): Received {
  const parts: Uint8Array[] = []
  let skip = start
  let missing = size
  for (const part of packet) {
    const piece = skip > 0 || part.length > missing ? cut(part, skip, skip + missing) : part
    skip = Math.max(0, skip - part.length)
    missing -= piece.length
    if (piece.length > 0) parts.push(piece)
  }
  return { parts, size }
}

function cut(part: Uint8Array, start: number, end: number): Uint8Array {
  const piece = part.subarray(start, end)
  return 2 * piece.length < part.length ? piece.slice() : piece
}
