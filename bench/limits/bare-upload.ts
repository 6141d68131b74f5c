/** Zeros from memory into a command, as in bench/workloads/exec-upload.ts. */
import { BareChannel } from './bare-channel.ts'
import type { LoggedIn } from './bare-login.ts'
import { dataPacket } from './bare-packets.ts'
import { BODY } from './packet-sizes.ts'

/** @returns seconds from the command's line that it listens to its end */
export async function upload(login: LoggedIn, total: number): Promise<number> {
  let [said, first, left] = ['', 0, total]
  const received = (data: Uint8Array) => {
    first ||= performance.now()
    said += Buffer.from(data).toString()
  }
  const channel = await BareChannel.open(login, received, 'exec', 'echo go; wc -c')
  const closed = channel.closed()
  // The data is in the packet already: there is no memory of a caller to copy.
  const full = dataPacket(channel.recipient, BODY)
  const send = () => {
    if (first === 0 || left === 0) return
    for (let bytes: number; left > 0 && channel.takes(bytes = Math.min(BODY, left)); left -= bytes) channel.sendPacket(bytes === BODY ? full : dataPacket(channel.recipient, bytes), bytes)
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
