/** What the floor has of SFTP version 3: the heads of replies (draft-ietf-secsh-filexfer-02 section 7), which its server writes and its client reads. */
import type { Sink } from './floor-sinks.ts'
import { BODY } from './packet-sizes.ts'

/** Full packets of a reply with data: about the 255 KiB that this library asks for at once. */
export const PACKETS = 8
/** Length, type, id, and the length of the data. */
const HEAD = 13
/** Length, type, id and code. */
const STATUS_HEAD = 13
const LENGTH = 4
const [STATUS, DATA] = [101, 103]
const OK = 0

const view = ({ buffer, byteOffset }: Uint8Array) => new DataView(buffer, byteOffset)

/** The bodies of a reply's packets. */
export function reply(): Uint8Array[] {
  const bodies = Array.from({ length: PACKETS }, () => new Uint8Array(BODY))
  const head = view(bodies[0]!)
  head.setUint32(0, PACKETS * BODY - LENGTH)
  head.setUint8(4, DATA)
  head.setUint32(9, PACKETS * BODY - HEAD)
  return bodies
}

/** Passes on what replies have behind their heads. */
export function replies(sink: Sink): Sink {
  let left = 0
  return {
    ...sink,
    take(body) {
      if (left > 0) {
        left -= body.length
        return sink.take(body)
      }
      const head = view(body)
      if (head.getUint8(4) !== DATA || head.getUint32(9) !== head.getUint32(0) + LENGTH - HEAD) throw new Error('this is no reply with data')
      left = head.getUint32(0) + LENGTH - body.length
      sink.take(body.subarray(HEAD))
    },
  }
}

/** The body of a packet with the reply to a WRITE. */
export function written(size: number): Uint8Array {
  const body = new Uint8Array(size)
  const head = view(body)
  head.setUint32(0, size - LENGTH)
  head.setUint8(4, STATUS)
  return body
}

/** @throws Error unless this is the reply to a WRITE, which succeeded */
export function checkWritten(body: Uint8Array): void {
  const head = view(body)
  if (body.length < STATUS_HEAD || head.getUint8(4) !== STATUS || head.getUint32(9) !== OK) throw new Error('this is no reply to a WRITE')
}
