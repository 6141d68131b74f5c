/** Waits, each time it is called, until so many bytes may have passed. @param bytesPerSecond more than 0; undefined for no limit */
export function paced(bytesPerSecond: number | undefined): (passed: number) => Promise<void> {
  const start = performance.now()
  return async (passed) => {
    const early = bytesPerSecond === undefined ? 0 : passed / bytesPerSecond * 1000 - (performance.now() - start)
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
  }
}

/** A stream that passes so many bytes per second. @param bytesPerSecond more than 0 */
export function throttle(bytesPerSecond: number): TransformStream<Uint8Array, Uint8Array> {
  const wait = paced(bytesPerSecond)
  let passed = 0
  const piece = Math.max(1024, Math.min(65_536, bytesPerSecond >> 2))
  return new TransformStream({
    async transform(chunk, controller) {
      for (let at = 0; at < chunk.length; at += piece) {
        const part = chunk.subarray(at, at + piece)
        passed += part.length
        await wait(passed)
        controller.enqueue(part)
      }
    },
  })
}
