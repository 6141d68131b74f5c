import { isPromise } from '../errors/is-promise.ts'
import { bytesOf, type SendableData } from './bytes-of.ts'

/** Data that can be sent in parts: text or bytes at once, a `Blob`, a Web or Node stream, any (async) iterable of text and bytes. */
export type SendableParts = SendableData | Blob | ReadableStream<SendableData> | AsyncIterable<SendableData> | Iterable<SendableData>

/**
 * The parts of `data` in order; leaving the loop cancels a stream. The type is checked at once, so that a mistake is reported before anything
 * is sent.
 * @param name of the argument, for the error. @throws TypeError for anything else; the iteration throws one for a part that is neither text
 * nor bytes.
 */
export function partsOf(data: SendableParts, name = 'data'): AsyncIterable<Uint8Array> {
  if (typeof data === 'string' || ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return once(bytesOf(data, name))
  if (typeof data === 'object' && data !== null) {
    if (Array.isArray(data)) return each((data as SendableData[]).map((part) => bytesOf(part, `a part of ${name}`)), name)
    if (data instanceof Blob) return chunks(data.stream(), name)
    if (typeof (data as ReadableStream).getReader === 'function') return chunks(data as ReadableStream<SendableData>, name)
    if (Symbol.asyncIterator in data || Symbol.iterator in data && !(data instanceof Map)) return each(data as AsyncIterable<SendableData>, name)
  }
  throw new TypeError(`${name} must be text, bytes, a Blob, a stream or an iterable of text and bytes${isPromise(data) ? ', not a Promise: await it first' : ''}`)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (bytes.length > 0) yield bytes
}

async function* each(parts: AsyncIterable<SendableData> | Iterable<SendableData>, name: string): AsyncGenerator<Uint8Array, void> {
  for await (const part of parts) yield bytesOf(part, `a part of ${name}`)
}

/** Uses a reader: not every engine's streams can be iterated. */
async function* chunks(stream: ReadableStream<SendableData>, name: string): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader()
  let over = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      over = done
      if (done) return
      yield bytesOf(value, `a part of ${name}`)
    }
  } finally {
    if (!over) void reader.cancel().catch(() => {})
    reader.releaseLock()
  }
}
