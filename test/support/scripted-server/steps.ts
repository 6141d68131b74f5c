import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import type { Connection } from './connection.ts'
import type { KeyExchangeOptions } from './key-exchange.ts'
import { SSH_MSG } from './messages.ts'

/** The two numbers of a channel. */
export interface ChannelNumbers {
  /** The client's number, to which the server writes. */
  readonly client: number
  readonly server: number
}

export interface AcceptChannelOptions {
  /** The server's number of the channel. Default 77: unlike any that a client chooses. */
  readonly number?: number
  readonly window?: number
  readonly packetSize?: number
}

/** Handshake and `ssh-userauth` service: the client may authenticate now. */
export async function serveHandshake(connection: Connection, options: KeyExchangeOptions = {}): Promise<void> {
  await connection.handshake(options)
  await connection.receive(SSH_MSG.SERVICE_REQUEST)
  connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish())
}

/** Handshake and authentication, which succeeds with any method. */
export async function serveLogin(connection: Connection, options: KeyExchangeOptions = {}): Promise<void> {
  await serveHandshake(connection, options)
  await connection.receive(SSH_MSG.USERAUTH_REQUEST)
  connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
  connection.startCompression()
}

/** Confirms the next channel that the client opens. */
export async function acceptChannel(connection: Connection, options: AcceptChannelOptions = {}): Promise<ChannelNumbers> {
  const server = options.number ?? 77
  const client = await channelOpen(connection)
  connection.send(message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(client).uint32(server)
    .uint32(options.window ?? 1 << 20).uint32(options.packetSize ?? 32768).finish())
  return { client, server }
}

/** The client's number of the next channel that it opens. */
export async function channelOpen(connection: Connection): Promise<number> {
  const open = new WireReader((await connection.receive(SSH_MSG.CHANNEL_OPEN)).subarray(1))
  open.string()
  return open.uint32()
}

/** Accepts the client's next request on the channel. */
export async function acceptRequest(connection: Connection, { client }: ChannelNumbers): Promise<void> {
  await connection.receive(SSH_MSG.CHANNEL_REQUEST)
  connection.send(message(SSH_MSG.CHANNEL_SUCCESS).uint32(client).finish())
}

/** Login, one channel, one accepted request on it: the beginning of most scripts. */
export async function serveExec(connection: Connection, options: KeyExchangeOptions & AcceptChannelOptions = {}): Promise<ChannelNumbers> {
  await serveLogin(connection, options)
  const channel = await acceptChannel(connection, options)
  await acceptRequest(connection, channel)
  return channel
}

/** Confirms the client's next channel, and grants its requests until the command. @param answer the type of the answer to that one; 'none' leaves it to the caller */
export async function acceptCommand(connection: Connection, answer: number | 'none' = SSH_MSG.CHANNEL_SUCCESS): Promise<ChannelNumbers> {
  const channel = await acceptChannel(connection)
  for (;;) {
    const request = new WireReader((await connection.receive(SSH_MSG.CHANNEL_REQUEST)).subarray(1))
    request.uint32()
    const isCommand = request.text() === 'exec'
    const type = isCommand ? answer : SSH_MSG.CHANNEL_SUCCESS
    if (request.boolean() && type !== 'none') connection.send(message(type).uint32(channel.client).finish())
    if (isCommand) return channel
  }
}

/** The server opens a channel to the X server or the agent of the client. @param number its own number of the channel */
export function openForwarded(kind: 'x11' | 'auth-agent@openssh.com', number: number): Uint8Array {
  const open = message(SSH_MSG.CHANNEL_OPEN).string(kind).uint32(number).uint32(1 << 20).uint32(32768)
  return (kind === 'x11' ? open.string('192.0.2.6').uint32(1) : open).finish()
}

/** A message of `type`, to be completed with its fields. */
export function message(type: number): WireWriter {
  return new WireWriter().byte(type)
}

export const channelData = ({ client }: ChannelNumbers, data: Uint8Array | string): Uint8Array =>
  message(SSH_MSG.CHANNEL_DATA).uint32(client).string(data).finish()

export const channelEof = ({ client }: ChannelNumbers): Uint8Array => message(SSH_MSG.CHANNEL_EOF).uint32(client).finish()

export const channelClose = ({ client }: ChannelNumbers): Uint8Array => message(SSH_MSG.CHANNEL_CLOSE).uint32(client).finish()
