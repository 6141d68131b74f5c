// Words of a server that stand in `error.message` go to terminals and logs: what cannot be seen in them is escaped, and the words as they came are a property.
import { expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, SSHError } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { channelData, channelOpen, type Connection, message, serveExec, serveLogin, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'

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

test('names that are not algorithms', async () => {
  const error = await failure((connection) => connection.handshake({ serverToClient: { cipher: `a${WORDS}` as 'aes128-ctr' } }), () => Promise.resolve())
  expect(error.code).toBe('ERR_LIBSSH2_KEX_FAILURE')
  expect(error.message).toContain(SHOWN)
  expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})
