import { expect, test } from 'vitest'
import { StreamPort } from '../../../src/core/stream-port.ts'
import { Wire } from '../../../src/core/wire.ts'

test('a transport may transfer what it is given, as a byte stream does: what follows is not in that memory', async () => {
  const arrived: Uint8Array[] = []
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      // Meanwhile the next chunks wait.
      await new Promise((resolve) => setTimeout(resolve, 1))
      arrived.push(structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] }))
    },
  }, { highWaterMark: 10 })
  const port = new StreamPort({ readable: new ReadableStream(), writable })
  const wire = new Wire(port, () => {})
  wire.start()
  const sent = [30, 20_000, 40, 3000, 20_000, 50].map((size, at) => new Uint8Array(size).fill(at + 1))
  for (const packet of sent.slice(0, 3)) wire.send(packet)
  wire.flush()
  for (const packet of sent.slice(3)) {
    wire.send(packet)
    wire.flush()
  }
  await wire.close()
  expect(Buffer.concat(arrived).equals(Buffer.concat(sent))).toBe(true)
  // What has been transferred has no length any more, and must not count as unsent for ever.
  await expect.poll(() => port.queued, { interval: 1 }).toBe(0)
})
