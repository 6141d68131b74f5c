/** The lines of a UTF-8 stream, without their ends. Text after the last end is a line too, unless it is empty. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  if (stream.locked) throw new TypeError('stdout is already being read: by a reader, or by another loop over its lines')
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const reader = stream.getReader()
  /** Parts of the line that has not ended yet. */
  let begun: string[] = []
  const ended = (end: string) => {
    const line = begun.join('') + end
    begun = []
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }
  let over = false
  try {
    while (!over) {
      const { done, value } = await reader.read()
      over = done
      const pieces = decoder.decode(value, { stream: !done }).split('\n')
      for (const piece of pieces.slice(0, -1)) yield ended(piece)
      begun.push(pieces.at(-1) as string)
    }
    const last = begun.join('')
    if (last !== '') yield last
  } finally {
    if (!over) void reader.cancel().catch(() => {})
    reader.releaseLock()
  }
}
