/** SFTP version 3 as the bare client needs it: one file. */
import { BareChannel } from './bare-channel.ts'
import type { LoggedIn } from './bare-login.ts'
import type { Field } from './bare-packets.ts'
import { type Replies, replyReader, request, SSH_FXP, succeeded } from './bare-replies.ts'
import { uint32 } from './packet-reader.ts'

const VERSION = 3

/** What this library asks for at once (src/sftp/transfer/): 255 KiB. */
export const REQUEST = 255 << 10

export class BareSftp {
  /** What replies are given to; of those without data, except while `ask` waits for one. */
  readonly on: Replies = { whole() {}, data() {} }
  channel!: BareChannel
  #answered: ((reply: Uint8Array) => void) | undefined

  static async start(login: LoggedIn): Promise<BareSftp> {
    const sftp = new BareSftp()
    const read = replyReader({ whole: (reply) => (sftp.#answered ?? sftp.on.whole)(reply), data: (id, parts, length) => sftp.on.data(id, parts, length) })
    sftp.channel = await BareChannel.open(login, read, 'subsystem', 'sftp')
    await sftp.ask(SSH_FXP.INIT, VERSION)
    return sftp
  }

  /** The next reply is for this request, because no other one is waited for. */
  async ask(type: number, ...fields: readonly Field[]): Promise<Uint8Array> {
    const reply = await new Promise<Uint8Array>((resolve) => {
      this.#answered = (bytes) => resolve(Uint8Array.from(bytes))
      this.channel.send(request(type, fields))
      this.channel.flush()
    })
    this.#answered = undefined
    return reply
  }

  /** @param flags of SSH_FXP_OPEN @returns the handle */
  async open(path: string, flags: number): Promise<Uint8Array> {
    const reply = await this.ask(SSH_FXP.OPEN, 0, path, flags, 0)
    if (reply[0] !== SSH_FXP.HANDLE) throw new Error(`${path} cannot be opened: ${reply[0]}`)
    return reply.subarray(9, 9 + uint32(reply, 5))
  }

  async close(handle: Uint8Array): Promise<void> {
    succeeded(await this.ask(SSH_FXP.CLOSE, 0, handle))
  }

  /** In the order in which the server counts the CPU of its program: it has ended when it closes the channel. */
  async end(): Promise<void> {
    const closed = this.channel.closed()
    this.channel.sendEof()
    await closed
    await this.channel.disconnect()
  }
}
