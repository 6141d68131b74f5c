import { acceptRequest, channelClose, channelData, channelEof, channelOpen, type ChannelNumbers, type Connection, message, SSH_MSG } from '../support/scripted-server.ts'
import { SSH_FX, SSH_FXP, SftpChannel, SftpEnded } from '../support/scripted-server/sftp.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import type { State } from './states.ts'

/** Both are 60: which one it is depends on the method (RFC 4252 sections 7 and 8). */
const SSH_MSG_USERAUTH_PK_OK = 60
const SSH_MSG_USERAUTH_PASSWD_CHANGEREQ = 60

/** What a right command writes. */
export const OUTPUT = Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff))
export const FILE = OUTPUT.subarray(0, 9_000)

/** The fastest there is. */
export const KEX = 'curve25519-sha256'

/** Called at each point of a session, with the client's number of the channel that it is about. */
export type AtPoint = (point: string, channel?: number) => Promise<void> | void

/** The server's side of one session, right in everything but for what `at` sends on its own. */
export async function serveSession(connection: Connection, state: State, at: AtPoint): Promise<void> {
  await connection.identify()
  await at('before KEXINIT')
  await connection.exchangeKeys({
    kex: KEX,
    strict: state.strict,
    beforeReply: () => at('before the reply of the key exchange'),
    beforeNewKeys: () => at('before NEWKEYS'),
  })
  await connection.receive(SSH_MSG.SERVICE_REQUEST)
  await at('before SERVICE_ACCEPT')
  connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish())
  await serveAuthentication(connection, state, at)
  await at('logged in')
  await serveCommand(connection, state, at)
  if (state.sftp) await serveFile(connection, at)
  await serveCommand(connection, state, () => {})
}

async function serveAuthentication(connection: Connection, { auth, point }: State, at: AtPoint): Promise<void> {
  await connection.receive(SSH_MSG.USERAUTH_REQUEST)
  await at('asked for methods')
  if (auth !== 'none') {
    connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList([auth]).boolean(false).finish())
    const request = await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    await at(`asked for ${auth}`)
    if (point === 'key accepted' || point === 'signed') await serveSignature(connection, request, at)
    if (point === 'new password asked for') {
      connection.send(message(SSH_MSG_USERAUTH_PASSWD_CHANGEREQ).string('too old').string('').finish())
      await at(point)
      await connection.receive(SSH_MSG.USERAUTH_REQUEST)
    }
  }
  if (auth === 'keyboard-interactive') {
    connection.send(message(SSH_MSG.USERAUTH_INFO_REQUEST).string('').string('').string('').uint32(1).string('Password: ').boolean(false).finish())
    await connection.receive(SSH_MSG.USERAUTH_INFO_RESPONSE)
    await at('prompts answered')
  }
  connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
  connection.startCompression()
}

/** Accepts the key that `request` offers, and receives the signature. */
async function serveSignature(connection: Connection, request: Uint8Array, at: AtPoint): Promise<void> {
  const fields = new WireReader(request.subarray(1))
  for (const _ of ['user', 'service', 'method']) fields.string()
  fields.boolean()
  connection.send(message(SSH_MSG_USERAUTH_PK_OK).string(fields.string()).string(fields.string()).finish())
  await at('key accepted')
  await connection.receive(SSH_MSG.USERAUTH_REQUEST)
  await at('signed')
}

async function serveChannel(connection: Connection, at: AtPoint): Promise<ChannelNumbers> {
  const client = await channelOpen(connection)
  const channel = { client, server: 77 }
  await at('channel opening', client)
  connection.send(message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(client).uint32(channel.server).uint32(1 << 20).uint32(32768).finish())
  await connection.receive(SSH_MSG.CHANNEL_REQUEST)
  await at('request pending', client)
  connection.send(message(SSH_MSG.CHANNEL_SUCCESS).uint32(client).finish())
  return channel
}

async function serveCommand(connection: Connection, state: State, at: AtPoint): Promise<void> {
  const channel = await serveChannel(connection, at)
  connection.send(channelData(channel, OUTPUT.subarray(0, 15_000)))
  await at('streaming', channel.client)
  if (state.rekey) {
    await connection.exchangeKeys({ kex: KEX, beforeReply: () => at('re-key', channel.client), beforeNewKeys: () => at('re-key, before NEWKEYS', channel.client) })
    await at('re-keyed', channel.client)
  }
  connection.send(channelData(channel, OUTPUT.subarray(15_000, 39_000)))
  connection.send(channelData(channel, OUTPUT.subarray(39_000)))
  connection.send(channelEof(channel))
  await at('half closed', channel.client)
  connection.send(message(SSH_MSG.CHANNEL_REQUEST).uint32(channel.client).string('exit-status').boolean(false).uint32(0).finish())
  connection.send(channelClose(channel))
  await at('channel closed', channel.client)
}

/** One file, read whole: SFTP version 3. */
async function serveFile(connection: Connection, at: AtPoint): Promise<void> {
  const client = await channelOpen(connection)
  const channel = { client, server: 78 }
  connection.send(message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(client).uint32(channel.server).uint32(1 << 20).uint32(32768).finish())
  await acceptRequest(connection, channel)
  const sftp = new SftpChannel(connection, channel)
  await sftp.receive(SSH_FXP.INIT)
  sftp.send(SSH_FXP.VERSION, 3)
  await sftp.open(SSH_FXP.OPEN)
  await at('SFTP open', client)
  // The client may close the channel with the file, or instead of it.
  await serveRequests(sftp).catch((error: unknown) => { if (!(error instanceof SftpEnded)) throw error })
  sftp.close()
}

async function serveRequests(sftp: SftpChannel): Promise<never> {
  for (;;) {
    const { type, id, fields } = await sftp.next()
    if (type === SSH_FXP.FSTAT || type === SSH_FXP.STAT) sftp.send(SSH_FXP.ATTRS, id, new WireWriter().uint32(1).uint64(BigInt(FILE.length)).finish())
    else if (type === SSH_FXP.READ) {
      fields.string()
      const start = Number(fields.uint64())
      const bytes = FILE.subarray(start, start + Math.min(fields.uint32(), 4_000))
      if (bytes.length === 0) sftp.status(id, SSH_FX.EOF)
      else sftp.send(SSH_FXP.DATA, id, new WireWriter().string(bytes).finish())
    } else if (type === SSH_FXP.CLOSE) sftp.status(id, SSH_FX.OK)
    else throw new Error(`SFTP packet ${type}`)
  }
}
