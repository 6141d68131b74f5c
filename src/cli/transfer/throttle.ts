/** A stream that passes so many bytes per second. @param bytesPerSecond more than 0 */
export function throttle(bytesPerSecond: number): TransformStream<Uint8Array, Uint8Array> {
  const start = performance.now()
  let passed = 0
  const piece = Math.max(1024, Math.min(65_536, bytesPerSecond >> 2))
  return new TransformStream({
    async transform(chunk, controller) {
      for (let at = 0; at < chunk.length; at += piece) {
        const part = chunk.subarray(at, at + piece)
        passed += part.length
        const early = passed / bytesPerSecond * 1000 - (performance.now() - start)
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
        controller.enqueue(part)
      }
    },
  })
}
