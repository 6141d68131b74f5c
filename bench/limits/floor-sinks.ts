/** Where the floor's downloads go. */
import { openLocalFile } from '../../src/transports/local-files/node-file.ts'

export interface Sink {
  take(body: Uint8Array): void
  /** `false`: the socket stops until `resume` is called. */
  room(): boolean
  /** All has been taken; resolves when it is where it belongs. */
  finish(): Promise<void>
}

/** Chunks of a stream that nobody has read, beyond which the socket stops. */
const MOST = 64
/** Bytes that the file does not have yet, beyond which the socket stops: as in src/sftp/transfer/read-pipeline.ts. */
const UNWRITTEN = 4 << 20

export const nowhere = (): Sink => ({ take() {}, room: () => true, async finish() {} })

/** Web Streams in turns, and their readers. */
export function streams(count: number, resume: () => void): Sink {
  const controllers: ReadableStreamDefaultController<Uint8Array>[] = []
  const readers = Array.from({ length: count }, async () => {
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void controllers.push(controller), pull: resume }, { highWaterMark: 0 })
    for (let reader = stream.getReader(); ;) if ((await reader.read()).done) return
  })
  let next = 0
  return {
    take: (body) => controllers[next++ % count]!.enqueue(body),
    room: () => controllers.every(({ desiredSize }) => desiredSize! > -MOST),
    async finish() {
      for (const controller of controllers) controller.close()
      await Promise.all(readers)
    },
  }
}

/** A local file as this library writes it: one call after the other, each with all that has arrived meanwhile. */
export async function file(path: string, resume: () => void): Promise<Sink> {
  const local = await openLocalFile(path, 'replace')
  let [parts, unwritten, at] = [[] as Uint8Array[], 0, 0]
  let writing: Promise<void> | undefined
  const write = async () => {
    while (parts.length > 0) {
      const taken = parts
      parts = []
      const size = taken.reduce((sum, { length }) => sum + length, 0)
      await local.write(taken, at)
      at += size
      unwritten -= size
      resume()
    }
    writing = undefined
  }
  return {
    take(body) {
      parts.push(body)
      unwritten += body.length
      writing ??= write()
    },
    room: () => unwritten < UNWRITTEN,
    async finish() {
      await writing
      await local.close()
    },
  }
}
