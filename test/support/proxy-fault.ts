/** How a fault ends a direction or a connection. */
export type End =
  /** FIN to the receiver; the other direction goes on. */
  | 'half-close'
  /** FIN to both sides. */
  | 'close'
  /** RST to both sides. */
  | 'reset'
  /** Nothing more in this direction; both connections stay open. */
  | 'silence'

/** What goes wrong in one direction of a connection; offsets count bytes from its start. */
export type Fault =
  | { readonly kind: End; readonly at: number }
  /** One byte is changed (XOR, default 0xff). */
  | { readonly kind: 'corrupt'; readonly at: number; readonly mask?: number }
  /** Bytes vanish. */
  | { readonly kind: 'drop'; readonly at: number; readonly length: number }

const isEnd = (fault: Fault): fault is { kind: End; at: number } => fault.kind !== 'corrupt' && fault.kind !== 'drop'

/** What is left of a chunk that begins at `offset`, and what happens after it. */
export function applyFaults(chunk: Uint8Array, offset: number, faults: readonly Fault[]): { bytes: Uint8Array; end?: End } {
  const end = faults.filter(isEnd).sort((a, b) => a.at - b.at)[0]
  const ends = end !== undefined && end.at <= offset + chunk.length
  let bytes: Uint8Array = chunk.slice(0, ends ? Math.max(0, end.at - offset) : chunk.length)
  for (const fault of faults) {
    if (fault.kind === 'corrupt' && fault.at >= offset && fault.at < offset + bytes.length) {
      const index = fault.at - offset
      bytes[index] = (bytes[index] as number) ^ (fault.mask ?? 0xff)
    }
  }
  const drops = faults.filter((fault) => fault.kind === 'drop')
  bytes = bytes.filter((_, index) => !drops.some(({ at, length }) => offset + index >= at && offset + index < at + length))
  return ends ? { bytes, end: end.kind } : { bytes }
}
