/** A local file into a remote one: it is read into the packets in which it is sealed. */
import { closeSync, openSync, readv } from 'node:fs'
import { succeeded } from './bare-replies.ts'
import { type BareSftp, REQUEST } from './bare-sftp.ts'
import { type WriteRequest, writeRequest } from './bare-write-request.ts'

/** Of SSH_FXP_OPEN: write, create, truncate. */
const REPLACE = 2 | 8 | 16
/** Requests without a reply, and blocks that are read ahead. */
const [AHEAD, READ] = [64, 4]

export async function put(sftp: BareSftp, local: string, remote: string, bytes: number): Promise<void> {
  const { channel } = sftp
  const handle = await sftp.open(remote, REPLACE)
  const file = openSync(local, 'r')
  const total = Math.ceil(bytes / REQUEST)
  const spare: WriteRequest[] = []
  const ready: WriteRequest[] = []
  let [next, reading, sent, answered, packet] = [0, 0, 0, 0, 0]
  await new Promise<void>((resolve, reject) => {
    const read = () => {
      while (next < total && reading + ready.length < READ) {
        const id = next++
        const length = Math.min(REQUEST, bytes - id * REQUEST)
        const block = (length === REQUEST ? spare.pop() : undefined) ?? writeRequest(channel.recipient, handle, length)
        block.address(id, id * REQUEST)
        reading += 1
        readv(file, block.room, id * REQUEST, (error, count) => {
          if (error || count !== length) reject(error ?? new Error('the local file ends too early'))
          reading -= 1
          ready.push(block)
          turn()
        })
      }
    }
    const turn = () => {
      while (ready.length > 0 && (packet > 0 || sent - answered < AHEAD)) {
        const { packets } = ready[0]!
        const each = packets[packet]!
        if (!channel.takes(each.bytes)) break
        channel.sendPacket(each.packet, each.bytes)
        packet += 1
        if (packet < packets.length) continue
        packet = 0
        sent += 1
        spare.push(ready.shift()!)
        read()
      }
      channel.flush()
    }
    sftp.on.whole = (reply) => {
      succeeded(reply)
      answered += 1
      if (answered === total) resolve()
    }
    channel.turn = turn
    read()
  })
  channel.turn = () => {}
  await sftp.close(handle)
  closeSync(file)
}
