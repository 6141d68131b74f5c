/** SFTP's replies in the data of a channel (draft-ietf-secsh-filexfer-02 section 7), and requests. */
import { type Field, message } from './bare-packets.ts'
import { uint32 } from './packet-reader.ts'

export const SSH_FXP = { INIT: 1, VERSION: 2, OPEN: 3, CLOSE: 4, READ: 5, WRITE: 6, STATUS: 101, HANDLE: 102, DATA: 103 } as const

const LENGTH = 4
/** Length, type, id, and the length of the data. */
const DATA_HEAD = 13

export interface Replies {
  /** A reply without data, behind its length. */
  whole(reply: Uint8Array): void
  /** The data of a reply, in the memory in which it came. */
  data(id: number, parts: readonly Uint8Array[], length: number): void
}

/** @param more bytes of the request, which follow */
export function request(type: number, fields: readonly Field[], more = 0): Buffer {
  const body = message(type, ...fields)
  const length = Buffer.alloc(LENGTH)
  length.writeUInt32BE(body.length + more)
  return Buffer.concat([length, body])
}

/** A uint64. */
export const offset = (bytes: number): readonly [number, number] => [Math.floor(bytes / 2 ** 32), bytes % 2 ** 32]

/** @throws Error unless it says that a request succeeded @returns the id of the request */
export function succeeded(reply: Uint8Array): number {
  if (reply[0] !== SSH_FXP.STATUS || uint32(reply, 5) !== 0) throw new Error(`reply ${reply[0]}, status ${reply.length < 9 ? '' : uint32(reply, 5)}`)
  return uint32(reply, 1)
}

/** Finds replies, wherever the data is cut. Data is never copied, except the rest of a packet in which a cut head ends, which is rare. */
export function replyReader(to: Replies): (data: Uint8Array) => void {
  let cut: Uint8Array = new Uint8Array(0)
  let [id, length, left] = [0, 0, 0]
  let parts: Uint8Array[] = []
  return (received) => {
    const data = cut.length > 0 ? Buffer.concat([cut, received]) : received
    if (cut.length > 0) cut = new Uint8Array(0)
    for (let at = 0; at < data.length;) {
      if (left > 0) {
        const part = data.subarray(at, at + left)
        parts.push(part)
        at += part.length
        left -= part.length
      } else {
        const rest = data.length - at
        const isData = data[at + LENGTH] === SSH_FXP.DATA
        const size = rest <= LENGTH ? Infinity : isData ? DATA_HEAD : LENGTH + uint32(data, at)
        if (rest < size) {
          cut = data.slice(at)
          return
        }
        if (isData) {
          [id, length, parts] = [uint32(data, at + 5), uint32(data, at + 9), []]
          left = length
        } else to.whole(data.subarray(at + LENGTH, at + size))
        at += size
        if (!isData) continue
      }
      if (left === 0) to.data(id, parts, length)
    }
  }
}
