import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { ConnectionEnded } from './byte-queue.ts'
import type { Connection } from './connection.ts'
import { SSH_MSG } from './messages.ts'
import { acceptChannel, type AcceptChannelOptions, acceptRequest, channelClose, channelData, channelEof, type ChannelNumbers, message, serveLogin } from './steps.ts'

/** Packet types of draft-ietf-secsh-filexfer-02. */
export const SSH_FXP = {
  INIT: 1, VERSION: 2, OPEN: 3, CLOSE: 4, READ: 5, WRITE: 6, LSTAT: 7, FSTAT: 8, OPENDIR: 11, READDIR: 12, STAT: 17, READLINK: 19, EXTENDED: 200,
  STATUS: 101, HANDLE: 102, DATA: 103, NAME: 104, ATTRS: 105, EXTENDED_REPLY: 201,
} as const

/** Status codes of the same draft. */
export const SSH_FX = { OK: 0, EOF: 1, NO_SUCH_FILE: 2, FAILURE: 4 } as const

export interface SftpRequest {
  readonly type: number
  readonly id: number
  /** What follows the request id. */
  readonly fields: WireReader
}

/** The client has closed the channel; there is no further request. */
export class SftpEnded extends ConnectionEnded {
  override name = 'SftpEnded'
}

/** The server's end of an SFTP channel: sends what a script says, and returns the client's requests. */
export class SftpChannel {
  readonly connection: Connection
  readonly channel: ChannelNumbers
  #bytes = Buffer.alloc(0)

  constructor(connection: Connection, channel: ChannelNumbers) {
    this.connection = connection
    this.channel = channel
  }

  /** The next packet of the client. @throws SftpEnded if it has closed the channel. */
  async next(): Promise<SftpRequest> {
    const fields = new WireReader(await this.#take(new WireReader(await this.#take(4)).uint32()))
    const type = fields.byte()
    return { type, id: fields.uint32(), fields }
  }

  /** The same; fails if it is of another type. */
  async receive(type: number): Promise<SftpRequest> {
    const request = await this.next()
    if (request.type !== type) throw new Error(`SFTP packet ${request.type} instead of ${type}`)
    return request
  }

  async #take(length: number): Promise<Uint8Array> {
    while (this.#bytes.length < length) {
      const received = await this.connection.receive(SSH_MSG.CHANNEL_DATA, SSH_MSG.CHANNEL_CLOSE)
      const fields = new WireReader(received.subarray(1))
      // Messages for an earlier channel are ignored.
      if (fields.uint32() !== this.channel.server) continue
      if (received[0] === SSH_MSG.CHANNEL_CLOSE) throw new SftpEnded()
      this.#bytes = Buffer.concat([this.#bytes, fields.string()])
    }
    const taken = Uint8Array.from(this.#bytes.subarray(0, length))
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }

  /** Bytes of the channel, as they are. */
  sendRaw(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 32000) this.connection.send(channelData(this.channel, bytes.subarray(at, at + 32000)))
  }

  /** A packet: type, request id and what follows. */
  send(type: number, id: number, rest: Uint8Array = new Uint8Array()): void {
    this.sendRaw(new WireWriter().uint32(5 + rest.length).byte(type).uint32(id).bytes(rest).finish())
  }

  status(id: number, code: number): void {
    this.send(SSH_FXP.STATUS, id, new WireWriter().uint32(code).string('').string('').finish())
  }

  /** Accepts the next request to open something. */
  async open(type: number): Promise<void> {
    this.send(SSH_FXP.HANDLE, (await this.receive(type)).id, new WireWriter().string('handle').finish())
  }

  /** Lets the client send so many more bytes. */
  widen(bytes: number): void {
    this.connection.send(message(SSH_MSG.CHANNEL_WINDOW_ADJUST).uint32(this.channel.client).uint32(bytes).finish())
  }

  /** Ends the channel; the connection stays. */
  close(): void {
    this.connection.send(channelEof(this.channel))
    this.connection.send(channelClose(this.channel))
  }
}

/** Login, a channel, its SFTP subsystem, and both versions. */
export async function serveSftp(connection: Connection, options: AcceptChannelOptions = {}): Promise<SftpChannel> {
  await serveLogin(connection)
  return serveSftpChannel(connection, options)
}

/** The same without the login. */
export async function serveSftpChannel(connection: Connection, options: AcceptChannelOptions = {}): Promise<SftpChannel> {
  const channel = await acceptChannel(connection, options)
  await acceptRequest(connection, channel)
  const sftp = new SftpChannel(connection, channel)
  await sftp.receive(SSH_FXP.INIT)
  sftp.send(SSH_FXP.VERSION, 3)
  return sftp
}
