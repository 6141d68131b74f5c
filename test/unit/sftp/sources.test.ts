import { expect, test } from 'vitest'
import { openSource } from '../../../src/sftp/transfer/sources.ts'

const proxy = () => new Proxy(new Uint8Array(3), {})

test('a Proxy of bytes is refused by name: it has no memory', async () => {
  await expect(openSource(proxy(), 0)).rejects.toThrow(new TypeError('the source must be a path, a file: URL, a Uint8Array, a Blob or a ReadableStream'))
  await using source = await openSource(new ReadableStream({ start: (controller) => controller.enqueue(proxy()) }), 0)
  await expect(source.next()).rejects.toThrow(new TypeError('the stream must yield Uint8Array chunks'))
})
