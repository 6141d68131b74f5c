// Numbers that come again: those of channels that are closed, of two channels at once, of answered SFTP requests, and of packets.
import { describe, expect, test } from 'vitest'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { acceptRequest, channelClose, channelData, channelEof, type ChannelNumbers, channelOpen, type Connection, message, SSH_MSG } from '../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../support/scripted-server/packet-cipher.ts'
import { SSH_FX, SSH_FXP, SftpChannel } from '../support/scripted-server/sftp.ts'
import { meet, serveExecStarted, serveLoggedIn } from './meet.ts'

/** The server's number of every channel: the same. */
const SERVER = 77

const confirmation = ({ client, server }: ChannelNumbers) => message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(client).uint32(server).uint32(1 << 20).uint32(32768).finish()
const exitStatus = (channel: ChannelNumbers, code: number) => message(SSH_MSG.CHANNEL_REQUEST).uint32(channel.client).string('exit-status').boolean(false).uint32(code).finish()

/** Everything that can be said of a channel, with what it must not change. */
const stale = (channel: ChannelNumbers): readonly Uint8Array[] => [
  confirmation({ ...channel, server: 4711 }),
  message(SSH_MSG.CHANNEL_WINDOW_ADJUST).uint32(channel.client).uint32(0xffffffff).finish(),
  channelData(channel, 'stale'),
  message(SSH_MSG.CHANNEL_EXTENDED_DATA).uint32(channel.client).uint32(1).string('stale').finish(),
  message(SSH_MSG.CHANNEL_SUCCESS).uint32(channel.client).finish(),
  message(SSH_MSG.CHANNEL_FAILURE).uint32(channel.client).finish(),
  exitStatus(channel, 99),
  channelEof(channel),
  channelClose(channel),
  message(SSH_MSG.CHANNEL_OPEN_FAILURE).uint32(channel.client).uint32(1).string('stale').string('').finish(),
]

function finish(connection: Connection, channel: ChannelNumbers, code: number): void {
  connection.send(channelEof(channel))
  connection.send(exitStatus(channel, code))
  connection.send(channelClose(channel))
}

describe('channels', () => {
  test('what is said of a closed channel changes nothing for the channels behind it', async () => {
    const results: unknown[] = []
    const numbers: number[] = []
    const meeting = await meet(async (connection) => {
      await serveLoggedIn(connection)
      const gone: ChannelNumbers[] = []
      const remind = () => { for (const channel of gone) for (const each of stale(channel)) connection.send(each) }
      for (let turn = 0; turn < 6; turn++) {
        const channel = { client: await channelOpen(connection), server: SERVER }
        numbers.push(channel.client)
        // A number that comes again is the new channel's: what is late for the old one would be for this one, and no client could tell.
        expect(gone.map(({ client }) => client)).not.toContain(channel.client)
        remind()
        connection.send(confirmation(channel))
        remind()
        await acceptRequest(connection, channel)
        remind()
        connection.send(channelData(channel, `turn ${turn}`))
        remind()
        finish(connection, channel, turn)
        await connection.receive(SSH_MSG.CHANNEL_CLOSE)
        gone.push(channel)
      }
      await connection.receiveAll()
    }, async (client) => {
      for (let turn = 0; turn < 6; turn++) {
        const { stdout, stderr, exit } = await client.run('command')
        results.push([stdout, stderr, exit.code])
      }
    })
    expect(meeting.end).toBe('done')
    expect(results).toEqual(Array.from({ length: 6 }, (_, turn) => [`turn ${turn}`, '', turn]))
    expect(new Set(numbers).size).toBe(6)
  })

  test('two channels that the server calls by one number are told apart by the numbers of the client', async () => {
    let outputs: string[] = []
    const meeting = await meet(async (connection) => {
      await serveLoggedIn(connection)
      const channels: ChannelNumbers[] = []
      for (let turn = 0; turn < 2; turn++) {
        const channel = { client: await channelOpen(connection), server: SERVER }
        channels.push(channel)
        connection.send(confirmation(channel))
      }
      for (const channel of channels) await acceptRequest(connection, channel)
      for (const channel of channels) connection.send(channelData(channel, `for ${channels.indexOf(channel)}`))
      for (const channel of channels) finish(connection, channel, 0)
      await connection.receiveAll()
    }, async (client) => {
      outputs = (await Promise.all([client.run('one'), client.run('two')])).map(({ stdout }) => stdout)
    })
    expect(meeting.end).toBe('done')
    expect(outputs.sort()).toEqual(['for 0', 'for 1'])
  })
})

describe('SFTP requests', () => {
  const data = (text: string) => new WireWriter().string(text).finish()
  /** What the server says to a READ with `id`, the one before with `last`. */
  const lies: Readonly<Record<string, (sftp: SftpChannel, id: number, last: number | undefined) => void>> = {
    'the answer comes twice, the second time with other data': (sftp, id) => {
      sftp.send(SSH_FXP.DATA, id, data('right'))
      sftp.send(SSH_FXP.DATA, id, data('wrong'))
    },
    'the request before is answered again': (sftp, id, last) => {
      if (last !== undefined) sftp.send(SSH_FXP.DATA, last, data('wrong'))
      sftp.send(SSH_FXP.DATA, id, data('right'))
    },
    'the next request is answered before it is made': (sftp, id) => {
      sftp.send(SSH_FXP.DATA, id + 1, data('wrong'))
      sftp.send(SSH_FXP.DATA, id, data('right'))
    },
  }

  test.each(Object.keys(lies))('%s: the bytes are right, or there is a typed error, and the session goes on', async (name) => {
    const read: string[] = []
    const meeting = await meet(async (connection) => {
      await serveLoggedIn(connection)
      for (let turn = 0; turn < 2; turn++) {
        const channel = { client: await channelOpen(connection), server: SERVER + turn }
        connection.send(confirmation(channel))
        await acceptRequest(connection, channel)
        await serveFile(new SftpChannel(connection, channel), turn === 0 ? lies[name]! : (sftp, id) => sftp.send(SSH_FXP.DATA, id, data('right'))).catch(() => {})
        connection.send(channelEof(channel))
        connection.send(channelClose(channel))
      }
      await connection.receiveAll()
    }, async (client) => {
      for (let turn = 0; turn < 2; turn++) {
        const sftp = await client.sftp()
        try {
          const file = await sftp.open('file', 'r')
          for (let at = 0; at < 3; at++) read.push(new TextDecoder().decode(await file.read(5, at * 5)))
        } catch (error) {
          // The first channel may end; the connection may not.
          if (turn === 1 || !/^ERR_/.test((error as { code?: string }).code ?? '')) throw error
        }
        await sftp.close()
      }
    })
    expect(meeting.end).toBe('done')
    expect(read.length).toBeGreaterThanOrEqual(3)
    expect([...new Set(read)]).toEqual(['right'])
  })

  /** A file that is opened, read as `lie` does, and closed. */
  async function serveFile(sftp: SftpChannel, lie: (sftp: SftpChannel, id: number, last: number | undefined) => void): Promise<never> {
    await sftp.receive(SSH_FXP.INIT)
    sftp.send(SSH_FXP.VERSION, 3)
    await sftp.open(SSH_FXP.OPEN)
    for (let last: number | undefined; ;) {
      const { type, id } = await sftp.next()
      if (type === SSH_FXP.READ) lie(sftp, id, last)
      else sftp.status(id, SSH_FX.OK)
      last = id
    }
  }
})

describe('packets', () => {
  const ETM = 'hmac-sha2-256-etm@openssh.com'
  const ciphers: readonly Partial<DirectionAlgorithms>[] = [
    { cipher: 'chacha20-poly1305@openssh.com' }, { cipher: 'aes128-gcm@openssh.com' }, { cipher: 'aes256-gcm@openssh.com' }, { cipher: 'aes128-ctr', mac: ETM }, { cipher: 'aes128-ctr', mac: 'hmac-sha2-256' },
  ]
  const replays: Readonly<Record<string, (packets: readonly Uint8Array[]) => readonly Uint8Array[]>> = {
    'a packet twice': ([a, b, c]) => [a!, b!, b!, c!],
    'an earlier packet again': ([a, b, c]) => [a!, b!, a!, c!],
    'two packets in the wrong order': ([a, b, c]) => [b!, a!, c!],
    'one packet less': ([a, , c]) => [a!, c!],
  }

  describe.each(ciphers.map((algorithms) => [[algorithms.cipher, algorithms.mac].filter(Boolean).join(' '), algorithms] as const))('%s', (_, algorithms) => {
    test.each(Object.keys(replays))('%s: an error, and no byte of it', async (name) => {
      let output = ''
      const meeting = await meet(async (connection) => {
        const client = await serveExecStarted(connection, { clientToServer: algorithms, serverToClient: algorithms })
        const channel = { client, server: SERVER }
        const packets = ['first ', 'second ', 'third '].map((text) => connection.seal(channelData(channel, text)))
        for (const packet of replays[name]!(packets)) connection.sendRaw(packet)
        // What a client that has noticed nothing would wait for.
        finish(connection, channel, 0)
        await connection.receiveAll()
      }, async (client, signal) => {
        const process = await client.exec('command', { signal })
        const text = new TextDecoder()
        for await (const chunk of process.stdout) output += text.decode(chunk, { stream: true })
      }, { limit: 20_000, algorithms: { cipher: [algorithms.cipher!], ...algorithms.mac && { mac: [algorithms.mac] } } })
      expect(meeting.end).toMatch(/^ERR_/)
      // Only what came in its order.
      expect('first second ').toContain(output)
    })
  })
})
