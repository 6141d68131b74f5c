import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { type Client, SSHError } from '../../src/index.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { channelData, channelClose, channelEof, type Connection, message, SSH_MSG } from '../support/scripted-server.ts'
import { SSH_FX, SSH_FXP, SftpChannel, SftpEnded, type SftpRequest } from '../support/scripted-server/sftp.ts'
import { within } from '../support/within.ts'
import { meet, serveLoggedIn } from './meet.ts'
import { hostileAnswers } from './sftp-answers.ts'
import { uses } from './sftp-uses.ts'

const everything = process.env.HOSTILE === 'full'
const STRIDE = everything ? 1 : 47

const rows: { use: string, request: string, tried: number, right: number, errors: Record<string, number> }[] = []
afterAll(() => {
  const folder = fileURLToPath(new URL('../../build/hostile/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}sftp.json`, `${JSON.stringify({ everything, rows }, undefined, 1)}\n`)
})

/** What the server says to the request that the case is about. */
interface Lie {
  readonly type: number
  readonly at: number
  /** The right answer follows. */
  readonly thenRight: boolean
}

const names = (...list: string[]) => list.reduce((writer, name) => writer.string(name).string('').uint32(0), new WireWriter().uint32(list.length)).finish()

/** The right answer; the second READ and READDIR are told the end. */
function answer(sftp: SftpChannel, { type, id, fields }: SftpRequest, again: boolean): void {
  if (type === SSH_FXP.INIT) return sftp.sendRaw(new WireWriter().string(EXTENSIONS.reduce((writer, name) => writer.string(name).string('1'), new WireWriter().byte(SSH_FXP.VERSION).uint32(3)).finish()).finish())
  if (type === SSH_FXP.OPEN || type === SSH_FXP.OPENDIR) return sftp.send(SSH_FXP.HANDLE, id, new WireWriter().string('handle').finish())
  if (type === SSH_FXP.STAT || type === SSH_FXP.LSTAT || type === SSH_FXP.FSTAT) return sftp.send(SSH_FXP.ATTRS, id, new WireWriter().uint32(1).uint64(4n).finish())
  if (type === SSH_FXP.READ && !again) return sftp.send(SSH_FXP.DATA, id, new WireWriter().string('file').finish())
  if (type === SSH_FXP.READDIR && !again) return sftp.send(SSH_FXP.NAME, id, names('a', 'b'))
  if (type === SSH_FXP.READ || type === SSH_FXP.READDIR) return sftp.status(id, SSH_FX.EOF)
  if (type === SSH_FXP.READLINK || type === 16) return sftp.send(SSH_FXP.NAME, id, names('/target'))
  if (type === SSH_FXP.EXTENDED) return answerExtended(sftp, id, fields.text())
  sftp.status(id, SSH_FX.OK)
}

const EXTENSIONS = ['users-groups-by-id@openssh.com', 'home-directory', 'check-file']

function answerExtended(sftp: SftpChannel, id: number, name: string): void {
  if (name === 'home-directory') return sftp.send(SSH_FXP.NAME, id, names('/home/user'))
  const body = new WireWriter()
  if (name.startsWith('check-file')) body.string('sha256').bytes(new Uint8Array(32))
  else body.string(new WireWriter().string('root').finish()).string(new WireWriter().string('').finish())
  sftp.send(SSH_FXP.EXTENDED_REPLY, id, body.finish())
}

/** Serves one SFTP channel after another, each with the lie of its case. */
async function serve(connection: Connection, lies: readonly Lie[]): Promise<void> {
  await serveLoggedIn(connection)
  for (const [index, lie] of lies.entries()) {
    const fields = (await connection.receive(SSH_MSG.CHANNEL_OPEN)).subarray(1)
    const client = new DataView(fields.buffer, fields.byteOffset).getUint32(4 + 'session'.length)
    const channel = { client, server: 1000 + index }
    connection.send(message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(client).uint32(channel.server).uint32(1 << 20).uint32(32768).finish())
    await connection.receive(SSH_MSG.CHANNEL_REQUEST)
    connection.send(message(SSH_MSG.CHANNEL_SUCCESS).uint32(client).finish())
    const sftp = new SftpChannel(connection, channel)
    // A client that closes the channel without its last request has not met the lie.
    await serveOne(connection, sftp, lie).catch((error: unknown) => { if (!(error instanceof SftpEnded)) throw error })
    connection.send(channelEof(channel))
    connection.send(channelClose(channel))
  }
  await connection.receiveAll()
}

async function serveOne(connection: Connection, sftp: SftpChannel, lie: Lie): Promise<void> {
  const seen = new Set<number>()
  for (;;) {
    const request = await sftp.next()
    if (request.type === lie.type) {
      connection.send(channelData(sftp.channel, hostileAnswers(request.id)[lie.at]!.payload))
      if (lie.thenRight) answer(sftp, request, false)
      return
    }
    answer(sftp, request, seen.has(request.type))
    seen.add(request.type)
  }
}

const count = hostileAnswers(1).length

describe.each(uses)('$name', ({ name, run, requests }) => {
  test.each(Object.entries(requests))('%s is answered by anything', async (request, type) => {
    const lies = Array.from({ length: 2 * count }, (_, index): Lie => ({ type, at: index >> 1, thenRight: index % 2 === 1 })).filter((_, index) => index % STRIDE === type % STRIDE)
    const row = { use: name, request, tried: lies.length, right: 0, errors: {} as Record<string, number> }
    const meeting = await meet((connection) => serve(connection, lies), async (client: Client) => {
      for (const lie of lies) {
        const { name: answerName, how } = hostileAnswers(1)[lie.at]!
        const where = `${answerName} ${how}${lie.thenRight ? ', then the right one' : ''}`
        await within(30_000, where, run(client)).then(() => { row.right++ }, (error: unknown) => {
          if (!(error instanceof SSHError)) throw new Error(`${where}: ${String(error)}`)
          row.errors[error.code] = (row.errors[error.code] ?? 0) + 1
        })
        expect(client.session.failure, `${where}: the session goes on`).toBeUndefined()
      }
    }, { limit: 600_000 })
    rows.push(row)
    expect(meeting.end).toBe('done')
  }, 600_000)
})
