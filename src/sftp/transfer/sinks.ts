import { openLocalFile } from '#local-files'
import type { LocalPath } from '../../runtime/local-files.ts'
import { sizeOf } from '../protocol/parts.ts'

/** Where a download goes: a local path where the runtime has files, or a stream. */
export type DownloadTarget = LocalPath | WritableStream<Uint8Array>

/** Takes bytes in order, and is finished or abandoned. */
export interface ByteSink {
  /** Bytes that are there already. */
  readonly size: number
  write(data: readonly Uint8Array[]): Promise<void>
  /** All has been written. */
  finish(): Promise<void>
  /** It did not come to that. Never rejects. */
  abandon(reason: unknown): Promise<void>
}

/** @param offset bytes that are there already, and are kept; `undefined`: whatever a local file has. */
export async function openSink(target: DownloadTarget, offset: number | undefined): Promise<ByteSink> {
  return target instanceof WritableStream ? intoStream(target, offset ?? 0) : intoFile(target, offset)
}

function intoStream(stream: WritableStream<Uint8Array>, size: number): ByteSink {
  const writer = stream.getWriter()
  return {
    size,
    async write(data) {
      // Copies: the parts share memory with others, and whoever gets a chunk may transfer it to a worker.
      for (const part of data) await writer.write(part.slice())
    },
    finish: () => writer.close(),
    abandon: (reason) => writer.abort(reason).catch(() => {}),
  }
}

async function intoFile(path: LocalPath, offset: number | undefined): Promise<ByteSink> {
  const file = await openLocalFile(path, offset === 0 ? 'replace' : 'go-on')
  const size = offset ?? file.size
  let at = size
  return {
    size,
    async write(data) {
      await file.write(data, at)
      at += sizeOf(data)
    },
    async finish() {
      try {
        if (file.size > at) await file.truncate(at)
      } finally {
        await file.close()
      }
    },
    abandon: () => file.close().catch(() => {}),
  }
}
