/// A server opens channels to the X server and the agent when the command that asked for them has ended, or was refused.
import { expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, type Client, type ExecOptions } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { acceptCommand, channelClose, channelEof, type Connection, message, openForwarded, serveLogin, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'

/** An X server or agent that counts, and says nothing. */
function counting() {
  const counts = { opened: 0, open: 0 }
  const open = () => {
    counts.opened++
    counts.open++
    return { readable: new ReadableStream<Uint8Array>({}), writable: new WritableStream<Uint8Array>({}), close: () => { counts.open-- } }
  }
  return { counts, open }
}

const KINDS: readonly [type: 'x11' | 'auth-agent@openssh.com', options: (open: ReturnType<typeof counting>['open']) => ExecOptions][] = [
  ['x11', (open) => ({ x11: { connect: open, cookie: 'deadbeefdeadbeefdeadbeefdeadbeef' } })],
  ['auth-agent@openssh.com', (open) => ({ agentForwarding: open })],
]

/** In one piece, so that one call reads them all. */
const sendAll = (connection: Connection, ...messages: readonly Uint8Array[]) => connection.sendRaw(Buffer.concat(messages.map((each) => connection.seal(each))))

async function against(script: (connection: Connection) => Promise<void>, work: (client: Client) => Promise<void>): Promise<void> {
  await using server = await startScriptedServer(script)
  const client = await connect({ transport: await connectTcp(server), username: 'user', hostKey: insecureAcceptAnyHostKey(), auth: [] })
  try {
    await Promise.race([work(client), server.done.then(() => new Promise<never>(() => {}))])
  } finally {
    await client.close()
  }
}

test.each(KINDS)('%s: opened directly behind the CLOSE of the command: nothing is connected', async (type, options) => {
  const { counts, open } = counting()
  await against(async (connection) => {
    await serveLogin(connection)
    const channel = await acceptCommand(connection)
    sendAll(connection, channelEof(channel), channelClose(channel), openForwarded(type, 500), openForwarded(type, 501))
    for (let ended = 0; ended < 2; ended++) await connection.receive(SSH_MSG.CHANNEL_CLOSE, SSH_MSG.CHANNEL_OPEN_FAILURE)
    await connection.receiveAll()
  }, async (client) => {
    const process = await client.exec('x', options(open))
    await process.closed
    await new Promise((resolve) => { setTimeout(resolve, 50) })
  })
  expect(counts).toEqual({ opened: 0, open: 0 })
})

test.each(KINDS)('%s: opened directly behind the refusal of the command: nothing is connected', async (type, options) => {
  const { counts, open } = counting()
  await against(async (connection) => {
    await serveLogin(connection)
    const channel = await acceptCommand(connection, 'none')
    sendAll(connection, message(SSH_MSG.CHANNEL_FAILURE).uint32(channel.client).finish(), openForwarded(type, 500))
    await connection.receiveAll()
  }, async (client) => {
    await expect(client.exec('x', options(open))).rejects.toMatchObject({ code: 'ERR_LIBSSH2_CHANNEL_REQUEST_DENIED' })
    await new Promise((resolve) => { setTimeout(resolve, 50) })
  })
  expect(counts).toEqual({ opened: 0, open: 0 })
})

test.each(KINDS)('%s: one that never says anything is left when the command has ended', async (type, options) => {
  const { counts, open } = counting()
  await against(async (connection) => {
    await serveLogin(connection)
    const channel = await acceptCommand(connection)
    connection.send(openForwarded(type, 500))
    await connection.receive(SSH_MSG.CHANNEL_OPEN_CONFIRMATION)
    await expect.poll(() => counts.open).toBe(1)
    sendAll(connection, channelEof(channel), channelClose(channel))
    await connection.receiveAll()
  }, async (client) => {
    const process = await client.exec('x', options(open))
    await process.closed
    await expect.poll(() => counts.open).toBe(0)
  })
  expect(counts).toEqual({ opened: 1, open: 0 })
})
