/** A remote file into a local one: what is opened of each packet is written from where it is. */
import { closeSync, openSync, writev } from 'node:fs'
import { offset, request, SSH_FXP } from './bare-replies.ts'
import { type BareSftp, REQUEST } from './bare-sftp.ts'

const READ = 1
/** Requests without a reply, and blocks that the local file does not have yet. 2 MiB, with which this library begins: what OpenSSH holds beyond that costs it copies. */
const [AHEAD, UNWRITTEN] = [8, 16]

export async function get(sftp: BareSftp, remote: string, local: string, bytes: number): Promise<void> {
  const { channel } = sftp
  const handle = await sftp.open(remote, READ)
  const file = openSync(local, 'w')
  const total = Math.ceil(bytes / REQUEST)
  const sizeOf = (id: number) => Math.min(REQUEST, bytes - id * REQUEST)
  let [next, answered, writing, written] = [0, 0, 0, 0]
  const ask = () => {
    for (; next < total && next - answered < AHEAD && writing < UNWRITTEN; next++) channel.send(request(SSH_FXP.READ, [next, handle, ...offset(next * REQUEST), sizeOf(next)]))
    channel.flush()
  }
  await new Promise<void>((resolve, reject) => {
    sftp.on.whole = (reply) => reject(new Error(`reply ${reply[0]} without data`))
    sftp.on.data = (id, parts, length) => {
      if (length !== sizeOf(id)) reject(new Error(`${length} of ${sizeOf(id)} bytes at ${id * REQUEST}`))
      answered += 1
      writing += 1
      writev(file, parts, id * REQUEST, (error, count) => {
        if (error || count !== length) reject(error ?? new Error('the local file was not written completely'))
        writing -= 1
        written += 1
        if (written === total) resolve()
        else ask()
      })
    }
    channel.turn = ask
    ask()
  })
  channel.turn = () => {}
  await sftp.close(handle)
  closeSync(file)
}
