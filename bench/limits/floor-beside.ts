/** What goes the other way while data flows: window adjustments, and SFTP's requests or replies without data. */
import type { Socket } from 'node:net'
import { framed } from './floor-packets.ts'
import { ADJUSTMENT } from './packet-sizes.ts'

/** Per gigabyte of data. */
export interface Beside {
  readonly adjustments: number
  /** The packets with requests or replies, and the bytes that are sealed in them. */
  readonly messages: number
  readonly messageBytes: number
  /** The client's writes to its socket. */
  readonly writes: number
}

/** Packets have whole blocks of the cipher, and a message more than one. */
const messageSize = ({ messages, messageBytes }: Beside) => Math.max(2, Math.ceil(messageBytes / Math.max(1, messages) / ADJUSTMENT)) * ADJUSTMENT

/**
 * Sends them as they become due. They are only bytes: one packet of each kind is made once.
 * @param message the body of one of this size. @param writes per gigabyte, each with all that is due; without it, what is due is written at once
 */
export function sender(socket: Socket, beside: Beside, message: (size: number) => Uint8Array, writes = Infinity): (bytes: number) => void {
  const kinds = [
    { each: beside.adjustments, packet: framed(new Uint8Array(ADJUSTMENT)), done: 0 }, { each: beside.messages, packet: framed(message(messageSize(beside))), done: 0 },
  ]
  const waiting: Uint8Array[] = []
  let [seen, written] = [0, 0]
  const due = (each: number) => Math.floor(seen / 1e9 * each)
  return (bytes) => {
    seen += bytes
    for (const kind of kinds) for (; kind.done < due(kind.each); kind.done++) waiting.push(kind.packet)
    if (waiting.length === 0 || writes < Infinity && due(writes) <= written) return
    written = due(writes)
    socket.write(Buffer.concat(waiting.splice(0)))
  }
}
