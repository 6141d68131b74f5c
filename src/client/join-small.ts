import { joinBytes } from '../wire-format/bytes.ts'

/** Chunks below this size are worth copying: passing a chunk through a stream costs as much as copying some kilobytes. */
const SMALL = 16 << 10

/** Joins small neighbouring chunks. */
export function joinSmall(parts: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = []
  for (let from = 0, to = 1; from < parts.length; from = to++) {
    while (isSmall(parts[to - 1]) && isSmall(parts[to])) to++
    joined.push(to - from === 1 ? parts[from] as Uint8Array : joinBytes(parts.slice(from, to)))
  }
  return joined
}

const isSmall = (part: Uint8Array | undefined) => part !== undefined && part.length < SMALL
