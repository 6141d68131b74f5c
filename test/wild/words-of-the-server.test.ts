// Words of a server that stand in `error.message` go to terminals and logs: what cannot be seen in them is escaped, and the words as they came are a property.
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { WebSocket as WsWebSocket, WebSocketServer } from 'ws'
import { connect, insecureAcceptAnyHostKey, SSHError } from '../../src/index.ts'
import { sftpRefusal } from '../../src/errors/sftp-refusal.ts'
import { connectTcp } from '../../src/node/index.ts'
import { fromWebSocket } from '../../src/transports/websocket.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { sizeMismatch } from '../../src/sftp/transfer/shared.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { channelData, channelOpen, type Connection, message, serveExec, serveLogin, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import { FX, withSftp } from './support/sftp-server.ts'

const WORDS = 'no \x1b[31mway\u{202e} here\r\n'
const SHOWN = 'no \\u{1b}[31mway\\u{202e} here\\r\\n'

async function failure(script: (connection: Connection) => Promise<void>, work: (client: Awaited<ReturnType<typeof connect>>) => Promise<unknown>): Promise<SSHError> {
  await using server = await startScriptedServer(script)
  try {
    await using client = await connect({ transport: await connectTcp(server), username: 'user', hostKey: insecureAcceptAnyHostKey() })
    await work(client)
  } catch (error) {
    if (error instanceof SSHError) return error
    throw error
  }
  throw new Error('nothing failed')
}

test('a refused channel', async () => {
  const error = await failure(async (connection) => {
    await serveLogin(connection)
    connection.send(message(SSH_MSG.CHANNEL_OPEN_FAILURE).uint32(await channelOpen(connection)).uint32(1).string(WORDS).string('').finish())
    await connection.receiveAll()
  }, (client) => client.run('command'))
  expect(error).toMatchObject({ name: 'ChannelError', reason: 1, description: WORDS, message: `Channel open failure (administratively prohibited): ${SHOWN}` })
})

test('a disconnection', async () => {
  const error = await failure(async (connection) => {
    await serveExec(connection)
    connection.send(message(SSH_MSG.DISCONNECT).uint32(11).string(WORDS).string('').finish())
    await connection.receiveAll()
  }, (client) => client.run('command'))
  expect(error).toMatchObject({ name: 'DisconnectError', description: WORDS })
  expect(error.message).toContain(SHOWN)
})

test('text where SFTP should be', async () => {
  const error = await failure(async (connection) => {
    connection.send(channelData(await serveExec(connection), WORDS.padEnd(200, 'x')))
    await connection.receiveAll()
  }, (client) => client.sftp())
  expect(error.message).toContain(SHOWN)
})

test('the refusal of an SCP transfer', async () => {
  const error = await failure(async (connection) => {
    const channel = await serveExec(connection)
    connection.send(channelData(channel, `\x01${WORDS}`))
    await connection.receiveAll()
  }, (client) => client.scpSend('/tmp/x', new Uint8Array(1)))
  expect(error.code).toBe('ERR_LIBSSH2_SCP_PROTOCOL')
  expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

test('an answer of the public key subsystem', async () => {
  const says = (packet: WireWriter) => failure(async (connection) => {
    connection.send(channelData(await serveExec(connection), new WireWriter().string(packet.finish()).finish()))
    await connection.receiveAll()
  }, ({ session }) => session.complete(() => session.publickeyInit()))
  const answer = await says(new WireWriter().string(WORDS))
  expect([answer.code, answer.message]).toEqual(['ERR_LIBSSH2_PUBLICKEY_PROTOCOL', `the server answered with "${SHOWN}", which was not requested`])
  const status = await says(new WireWriter().string('status').uint32(1).string(WORDS).string(''))
  expect([status.code, status.message]).toEqual(['ERR_LIBSSH2_PUBLICKEY_PROTOCOL', `access denied: ${SHOWN}`])
})

test('the reason of a closed WebSocket', async () => {
  const gateway = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(gateway, 'listening')
  gateway.on('connection', (socket) => socket.close(4000, WORDS))
  const transport = fromWebSocket(new WsWebSocket(`ws://127.0.0.1:${(gateway.address() as { port: number }).port}`) as unknown as WebSocket)
  const error = await connect({ transport, username: 'user', hostKey: insecureAcceptAnyHostKey() }).then(() => undefined, (refused: unknown) => refused)
  expect(error).toMatchObject({ cause: { code: 'ERR_WEBSOCKET', message: expect.stringContaining(`code 4000 (${SHOWN})`) as unknown } })
  expect((error as Error).message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  await new Promise((resolve) => { gateway.close(resolve) })
})

test('names that are not algorithms', async () => {
  const error = await failure((connection) => connection.handshake({ serverToClient: { cipher: `a${WORDS}` as 'aes128-ctr' } }), () => Promise.resolve())
  expect(error.code).toBe('ERR_LIBSSH2_KEX_FAILURE')
  expect(error.message).toContain(SHOWN)
  expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

test('the drop-in: a disconnection before any key, and a refused channel', async () => {
  const { Client } = await import('../../src/ssh2/index.ts')
  const failed = async (script: (connection: Connection) => Promise<void>, work: (client: InstanceType<typeof Client>, done: (error: unknown) => void) => void) => {
    await using server = await startScriptedServer(script)
    const client = new Client()
    try {
      return await new Promise<unknown>((resolve, reject) => {
        client.on('ready', () => work(client, resolve)).on('error', resolve).on('close', () => reject(new Error('nothing failed')))
        client.connect({ host: server.host, port: server.port, username: 'user', password: 'x', hostVerifier: () => true })
      })
    } finally {
      client.destroy()
    }
  }
  const disconnected = await failed(async (connection) => {
    await connection.identify()
    connection.send(message(SSH_MSG.DISCONNECT).uint32(2).string(WORDS).string('').finish())
    await connection.receiveAll()
  }, () => {})
  expect(disconnected).toMatchObject({ message: SHOWN, description: WORDS, level: 'client-ssh', code: 2 })
  const refused = await failed(async (connection) => {
    await serveLogin(connection)
    connection.send(message(SSH_MSG.CHANNEL_OPEN_FAILURE).uint32(await channelOpen(connection)).uint32(1).string(WORDS).string('').finish())
    await connection.receiveAll()
  }, (client, done) => client.exec('command', (error) => done(error)))
  expect(refused).toMatchObject({ message: `(SSH) Channel open failure: ${SHOWN}`, reason: 1 })
})

// An SFTP server with a name that no terminal should see, whose directory here cannot be written.
test('a name from a listing, in the error of the system here; and why a request was refused, as it came', async () => {
  using directory = temporaryDirectory('words')
  const name = 'a\x1b[31m\u{202e}b'
  await withSftp({ files: { '/d': null, [`/d/${Buffer.from(name).toString('latin1')}`]: 'x' }, quirks: { MKDIR: (_, answer) => answer.status(FX.FAILURE, WORDS) } }, async (sftp) => {
    mkdirSync(directory.file(`d/${name}`), { recursive: true })
    const error = await sftp.download(`/d/${name}`, directory.file(`d/${name}`)).then(() => undefined, (reason: unknown) => reason as Error)
    expect(error).toMatchObject({ name: 'SystemError', message: expect.stringContaining('a\\u{1b}[31m\\u{202e}b') as string })
    expect(error?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    await expect(sftp.mkdir('/e')).rejects.toMatchObject({ name: 'SftpError', description: WORDS, message: `SSH_FX_FAILURE: mkdir /e (${SHOWN})` })
  })
})

test('a path that a server made up, in the refusal of a request about it', () => {
  const path = `/folder/${WORDS}`
  expect(sftpRefusal(3, path, { operation: 'open' })).toMatchObject({ message: `SSH_FX_PERMISSION_DENIED: open /folder/${SHOWN}`, path })
  expect(sizeMismatch(path, 5, 3).message).toBe(`/folder/${SHOWN} ended after 3 bytes of 5`)
})
