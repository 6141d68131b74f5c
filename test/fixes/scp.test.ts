import { expect, test } from 'vitest'
import type { Session } from '../../src/bindings/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { acceptChannel, acceptRequest, channelClose, channelData, type ChannelNumbers, type Connection, serveLogin, SSH_MSG } from '../support/scripted-server.ts'
import { attack, codeOf, login } from './attack.ts'

const OK = '\0'

/** What the client has written to the channel, as far as one message goes. */
const written = async (connection: Connection) =>
  new TextDecoder().decode(new WireReader((await connection.receive(SSH_MSG.CHANNEL_DATA)).subarray(5)).string())

/** A channel on which the client has started scp. */
async function serveScp(connection: Connection): Promise<ChannelNumbers> {
  const channel = await acceptChannel(connection)
  await acceptRequest(connection, channel)
  return channel
}

/** `victim` transfers by SCP from or to a server that does `script`. */
const transferring = <T>(script: (connection: Connection, channel: ChannelNumbers) => Promise<void>, victim: (session: Session) => Promise<T>) =>
  attack(async (connection) => {
    await serveLogin(connection)
    await script(connection, await serveScp(connection))
    await connection.receiveAll()
  }, async (session) => victim(await login(session)))

const receiving = (session: Session) => codeOf(() => session.complete(() => session.scpRecv2('file')))

/** The server announces a file by these lines; each is answered. */
const announcing = (...lines: readonly string[]) => async (connection: Connection, channel: ChannelNumbers) => {
  for (const line of lines) {
    await written(connection)
    connection.send(channelData(channel, line))
  }
}

test('0360: a refused transfer ends, also when the server does not close its side', async () => {
  const codes = await transferring(async (connection, channel) => {
    await written(connection)
    connection.send(channelData(channel, '\u0001scp: no such file\n'))
    await connection.receive(SSH_MSG.CHANNEL_CLOSE)
    await new Promise((resolve) => setTimeout(resolve, 200))
    connection.send(channelClose(channel))
    const second = await serveScp(connection)
    await written(connection)
    connection.send(channelData(second, '\u0001scp: no such file\n'))
  }, async (session) => [await receiving(session), await receiving(session)])
  expect(codes).toEqual(['ERR_LIBSSH2_SCP_PROTOCOL', 'ERR_LIBSSH2_SCP_PROTOCOL'])
})

test.each([
  ['size', 'C0644 -5 file'],
  ['size', 'C0644 99999999999999999999 file'],
  ['size', 'C0644 0x10 file'],
  ['mode', 'C+644 5 file'],
  ['mode', 'C77777777 5 file'],
])('0361: %s is digits with a limit: %s', async (_, line) => {
  expect(await transferring(announcing('T1 0 2 0\n', `${line}\n`), receiving)).toBe('ERR_LIBSSH2_SCP_PROTOCOL')
})

test('0361: times are digits, and have 64 bits', async () => {
  const times = await transferring(announcing('T5000000000 0 6000000000 0\n', 'C0644 5 file\n'), async (session) => {
    const [, stat] = await session.complete(() => session.scpRecv2('file'))
    return [stat.mtime, stat.atime]
  })
  expect(times.map(Number)).toEqual([5_000_000_000, 6_000_000_000])
  expect(await transferring(announcing('T99999999999999999999 0 2 0\n'), receiving)).toBe('ERR_LIBSSH2_SCP_PROTOCOL')
})

test.each([
  ['with a tab', 'a\tb'],
  ['with any other control character', Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).join('').replace('\n', '')],
  ['with leading dashes', '--'],
  ['that is empty', ''],
  ['of 255 bytes', 'x'.repeat(255)],
  ['of 255 line feeds, as OpenSSH writes them', '\\^J'.repeat(255)],
])('0363: the server may announce a file by a name %s', async (_, name) => {
  const size = await transferring(announcing('T1 0 2 0\n', `C0644 5 ${name}\n`), async (session) => (await session.complete(() => session.scpRecv2('file')))[1].filesize)
  expect(Number(size)).toBe(5)
})

test('0363: a line that does not end is refused', async () => {
  expect(await transferring(announcing('T1 0 2 0\n', `C0644 5 ${'x'.repeat(5000)}`), receiving)).toBe('ERR_LIBSSH2_SCP_PROTOCOL')
})

test.each(['x'.repeat(255), '\t', '-'])('0363: a file of the name %s is sent', async (name) => {
  let line = ''
  const code = await transferring(async (connection, channel) => {
    connection.send(channelData(channel, OK))
    line = await written(connection)
    connection.send(channelData(channel, OK))
  }, (session) => session.complete(() => session.scpSend64(`folder/${name}`, 0o644, 5)).then(() => 'sent'))
  expect([code, line]).toEqual(['sent', `C0644 5 ${name}\n`])
})

test.each([
  ['longer than the line that announces it', 'x'.repeat(1300)],
  ['of two lines', 'file\nD0755 0 folder'],
])('0362: a file name %s is not sent', async (_, name) => {
  const code = await transferring(async (connection, channel) => connection.send(channelData(channel, OK)),
    (session) => codeOf(() => session.complete(() => session.scpSend64(`folder/${name}`, 0o644, 5))))
  expect(code).toBe('ERR_LIBSSH2_SCP_PROTOCOL')
})
