import { atMost, PEER_GRACE } from '../abort/at-most.ts'
import type { Channel } from '../bindings/channel/channel.ts'
import type { ScpStat } from '../bindings/scp.ts'
import type { Session } from '../bindings/session/session.ts'
import { callables, record, wholeNumber } from '../errors/arguments.ts'
import { printable } from '../errors/printable.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { LIBSSH2_ERROR_SCP_PROTOCOL } from '../ffi/constants.gen.ts'
import { decodeText } from '../wire-format/bytes.ts'
import type { CallOptions } from '../abort/call-options.ts'
import { atOnce, sizeMismatch } from '../sftp/transfer/shared.ts'
import { type ByteSource, openSource, type UploadSource } from '../sftp/transfer/sources.ts'
import type { TransferProgress } from '../sftp/transfer/options.ts'

const CHUNK = 256 << 10
/** The byte with which either side reports success. */
const FINE = new Uint8Array(1)

/** A file that the server sends over SCP. */
export interface ScpFile extends AsyncDisposable {
  readonly stat: ScpStat
  /** Its content; errors if the server sends less than announced. */
  readonly readable: ReadableStream<Uint8Array>
  /** Ends the transfer, whether or not the file was read. Never rejects. */
  close(): Promise<void>
}

export interface ScpSendOptions extends CallOptions {
  /** Mode bits. By default those of a local source, and 0o644 for other sources. */
  readonly mode?: number | undefined
  /** Size in bytes; required for a stream, known for other sources. */
  readonly size?: number | undefined
  /** Seconds since 1970; give both or neither. */
  readonly mtime?: number | undefined
  readonly atime?: number | undefined
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

/** The path as the server's scp takes it: one that begins with a dash would be an option there. */
const operand = (path: string) => typeof path === 'string' && path.startsWith('-') ? `./${path}` : path

/** Receives a file. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if the server refuses. */
export async function scpReceive(session: Session, path: string, options: CallOptions): Promise<ScpFile> {
  const { signal } = record(options, 'options')
  const [channel, stat] = await session.complete(() => session.scpRecv2(operand(path)), { signal, discard: ([late]) => late[Symbol.dispose]() })
  const close = closing(channel)
  let left = stat.filesize
  const readable = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (left > 0) {
          const [rc, data] = await session.complete(() => channel.read(Math.min(CHUNK, left)), { signal })
          if (rc === 0) throw failed(`${path}: the server stopped ${left} bytes before the end`)
          left -= rc
          return controller.enqueue(data)
        }
        await judge(channel, path, signal)
        await session.complete(() => channel.write(FINE), { signal })
        controller.close()
        void close()
      } catch (error) {
        void close()
        throw error
      }
    },
    cancel: close,
  }, { highWaterMark: 0 })
  return { stat, readable, close, [Symbol.asyncDispose]: close }
}

/** Sends a file. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if the server refuses, or could not store all of it. */
export async function scpSend(session: Session, path: string, source: UploadSource, options: ScpSendOptions): Promise<void> {
  callables({ onProgress: record(options, 'options').onProgress })
  return atOnce(options.signal, async () => {
    const bytes = await openSource(source, 0)
    try {
      await send(session, path, bytes, options)
    } finally {
      void bytes[Symbol.asyncDispose]()
    }
  })
}

async function send(session: Session, path: string, source: ByteSource, { signal, mode, mtime = 0, atime = 0, onProgress, ...options }: ScpSendOptions): Promise<void> {
  const total = options.size === undefined ? source.size : wholeNumber(options.size, 'size', 0, Number.MAX_SAFE_INTEGER)
  if (total === undefined) throw new TypeError('SCP needs to know the size of a stream: pass size')
  if (source.size !== undefined && source.size !== total) throw new RangeError(`size is ${total}, but there are ${source.size} bytes`)
  const channel = await session.complete(() => session.scpSend64(operand(path), mode ?? (source.stat && source.stat.mode & 0o777) ?? 0o644, total, mtime, atime), { signal, discard: (late) => late[Symbol.dispose]() })
  try {
    await atOnce(signal, async () => {
      let transferred = 0
      for (let data = await source.next(); data; data = await source.next()) {
        const part = data.bytes
        transferred += part.length
        if (transferred > total) throw new RangeError(`the stream has more than the ${total} bytes that were announced`)
        await session.complete(() => channel.write(part), { signal })
        data.release?.()
        onProgress?.({ transferred, total })
      }
      if (transferred < total) throw sizeMismatch(`the data for ${path}`, total, transferred)
      await session.complete(() => channel.write(FINE), { signal })
      await judge(channel, path, signal)
    })
  } finally {
    void closing(channel)()
  }
}

/** Reads the other side's verdict: a zero, or a number and a line that says what is wrong. */
async function judge(channel: Channel, path: string, signal: AbortSignal | undefined): Promise<void> {
  const { session } = channel
  const [rc, verdict] = await session.complete(() => channel.read(1), { signal })
  if (rc === 0) throw failed(`${path}: the server ended without an answer`)
  if (verdict[0] === 0) return
  const [, words] = await session.complete(() => channel.read(256), { signal })
  throw failed(`${path}: ${printable(decodeText(words).split('\n')[0] ?? '')}`)
}

const failed = (message: string) => new SSHError(message, { code: 'ERR_LIBSSH2_SCP_PROTOCOL', errno: LIBSSH2_ERROR_SCP_PROTOCOL })

function closing(channel: Channel): () => Promise<void> {
  let closed: Promise<void> | undefined
  return () => closed ??= atMost(PEER_GRACE, channel.session.complete(() => channel.free()))
}
