/** Zeros into a command, as in bench/workloads/exec-upload.ts. */
import { CHUNK, zeros } from '../peers/chunk.ts'
import { BareChannel } from './bare-channel.ts'
import type { LoggedIn } from './bare-login.ts'
import { DATA, dataPacket } from './bare-packets.ts'
import { BODY } from './packet-sizes.ts'

/** Says how much of the next packet there is, at most a full one, which its memory then has; 0 for nothing at present. */
interface Source {
  next(memory: Uint8Array): number
}

/** The data is in the packet already: there is no memory of a caller to copy. */
function inThePacket(total: number): Source {
  let left = total
  return {
    next() {
      const bytes = Math.min(BODY, left)
      left -= bytes
      return bytes
    },
  }
}

/** A caller writes it to a Web Stream. @param arrived there is some */
function fromAStream(total: number, arrived: () => void): Source {
  let [chunk, at, taken] = [new Uint8Array(0), 0, () => {}]
  const writer = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (next) => new Promise<void>((resolve) => {
      [chunk, at, taken] = [next, 0, resolve]
      arrived()
    }),
  }).getWriter()
  const write = async () => {
    for (let sent = 0; sent < total; sent += CHUNK) await writer.write(zeros(total - sent) as Uint8Array<ArrayBuffer>)
    await writer.close()
  }
  write().catch((error: unknown) => { throw error })
  return {
    next(memory) {
      const bytes = Math.min(BODY, chunk.length - at)
      memory.set(chunk.subarray(at, at + bytes), DATA)
      at += bytes
      if (bytes > 0 && at === chunk.length) taken()
      return bytes
    },
  }
}

/** @returns seconds from the command's line that it listens to its end */
export async function upload(login: LoggedIn, total: number, streamed: boolean): Promise<number> {
  let [said, first, left] = ['', 0, total]
  const received = (data: Uint8Array) => {
    first ||= performance.now()
    said += Buffer.from(data).toString()
  }
  const channel = await BareChannel.open(login, received, 'exec', 'echo go; wc -c')
  const closed = channel.closed()
  const full = dataPacket(channel.recipient, BODY)
  let source: Source | undefined
  const send = () => {
    if (first === 0 || left === 0) return
    source ??= streamed ? fromAStream(total, () => { if (source) send() }) : inThePacket(total)
    while (left > 0 && channel.takes(Math.min(BODY, left))) {
      const packet = left < BODY ? dataPacket(channel.recipient, left) : full
      const bytes = source.next(packet)
      if (bytes === 0) break
      if (bytes !== Math.min(BODY, left)) throw new Error('chunks consist of full packets')
      channel.sendPacket(packet, bytes)
      left -= bytes
    }
    channel.flush()
    if (left === 0) channel.sendEof()
  }
  channel.turn = send
  // The line may have come with the answer to the request.
  send()
  await closed
  const last = performance.now()
  if (Number(said.split('\n')[1]) !== total) throw new Error(`${said} instead of ${total} bytes arrived`)
  await channel.disconnect()
  return (last - first) / 1000
}
