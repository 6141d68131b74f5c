import type { Readable } from 'node:stream'
import { tell } from '../tell.ts'

/** Gives a stream the parts of one read, each as the Buffer it is, not copied. If a listener throws, the rest follows in another turn, and then what is read next. */
export function pushAll(stream: Readable, parts: readonly Uint8Array[], at = 0): void {
  let next = at
  let done = false
  try {
    while (next < parts.length) {
      const { buffer, byteOffset, byteLength } = parts[next++] as Uint8Array
      stream.push(Buffer.from(buffer, byteOffset, byteLength))
    }
    done = true
  } finally {
    // Node's stream reads on at the end of push(), which a listener that throws does not get to.
    if (!done) tell(next < parts.length ? () => pushAll(stream, parts, next) : () => stream.read(0))
  }
}
