import { expect, test } from 'vitest'
import type { Channel, LIBSSH2_ERROR_EAGAIN } from '../../src/bindings/index.ts'
import { type Client, connect, insecureAcceptAnyHostKey } from '../../src/index.ts'
import { acceptChannel, channelClose, type ChannelNumbers, channelOpen, type Connection, message, serveLogin, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import { rejection, within } from '../support/within.ts'

/** Fewer than the most that are in flight at a time. */
const COUNT = 40
/** Once when it begins, once when its answer has come, and once because something else moved in between. */
const MOST_ATTEMPTS = 3

type Exchange = (connection: Connection) => Promise<void>

const success = ({ client }: ChannelNumbers) => message(SSH_MSG.CHANNEL_SUCCESS).uint32(client).finish()

/** Sends a message that the client has processed before it gets the next one. */
async function alone(connection: Connection, payload: Uint8Array): Promise<void> {
  connection.send(payload)
  connection.send(message(SSH_MSG.GLOBAL_REQUEST).string('are-you-there').boolean(true).finish())
  await connection.receive(SSH_MSG.REQUEST_FAILURE)
}

/** Receives all opens before it answers any, the last one first; then the same with a request on each. */
async function answerLate(connection: Connection, exchange: Exchange): Promise<void> {
  const channels: ChannelNumbers[] = []
  for (let number = 0; number < COUNT; number++) channels.unshift({ client: await channelOpen(connection), server: 1000 + number })
  await exchange(connection)
  for (const { client, server } of channels) {
    await alone(connection, message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(client).uint32(server).uint32(1 << 20).uint32(32768).finish())
  }
  for (const _ of channels) await connection.receive(SSH_MSG.CHANNEL_REQUEST)
  await exchange(connection)
  for (const channel of channels) await alone(connection, success(channel))
  for (const _ of channels) await connection.receive(SSH_MSG.CHANNEL_CLOSE)
  await exchange(connection)
  for (const channel of channels) await alone(connection, channelClose(channel))
}

/** Opens channels, runs a command in each and frees them, and counts how often each call is made. */
async function callAll({ session }: Client): Promise<{ opens: number[], requests: number[], frees: number[] }> {
  const counted = async <T>(counts: number[], call: () => T): Promise<Exclude<T, typeof LIBSSH2_ERROR_EAGAIN>> => {
    const at = counts.push(0) - 1
    return session.complete(() => {
      counts[at]! += 1
      return call()
    })
  }
  const [opens, requests, frees]: [number[], number[], number[]] = [[], [], []]
  const channels = await Promise.all(Array.from({ length: COUNT }, () => counted<Channel | typeof LIBSSH2_ERROR_EAGAIN>(opens, () => session.openSession())))
  await Promise.all(channels.map((channel) => counted(requests, () => channel.execute('true'))))
  await Promise.all(channels.map((channel) => counted(frees, () => channel.free())))
  return { opens, requests, frees }
}

async function against<T>(script: Exchange, use: (client: Client) => Promise<T>): Promise<T> {
  await using server = await startScriptedServer(async (connection) => {
    await serveLogin(connection)
    await script(connection)
    await connection.receiveAll()
  })
  const client = await connect({ host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey() })
  const mistake = server.done.then(() => new Promise<never>(() => {}))
  try {
    return await within(30_000, 'the script', Promise.race([use(client), mistake]))
  } finally {
    await client.close()
  }
}

test('calls that wait for an answer are not made again by what arrives for other channels', async () => {
  const counts = await against((connection) => answerLate(connection, async () => {}), callAll)
  for (const each of Object.values(counts)) expect(Math.max(...each)).toBeLessThanOrEqual(MOST_ATTEMPTS)
})

test('all of them end though the server begins a key exchange while they wait', async () => {
  const { opens } = await against((connection) => answerLate(connection, (again) => again.exchangeKeys()), callAll)
  expect(opens).toHaveLength(COUNT)
})

test('calls that begin during a key exchange are made when it is over', async () => {
  let begun!: () => void
  const waiting = new Promise<void>((resolve) => { begun = resolve })
  const { opens } = await against(async (connection) => {
    const clientInit = await connection.receive(SSH_MSG.KEXINIT)
    await waiting
    await connection.exchangeKeys({ clientInit })
    await answerLate(connection, async () => {})
  }, async (client) => {
    const exchange = client.rekey()
    const calls = callAll(client)
    begun()
    await exchange
    return calls
  })
  expect(opens).toHaveLength(COUNT)
})

test('a request that begins during a key exchange, and waits alone, is made when it is over', async () => {
  let begun!: () => void
  const waiting = new Promise<void>((resolve) => { begun = resolve })
  await against(async (connection) => {
    const channel = await acceptChannel(connection)
    const clientInit = await connection.receive(SSH_MSG.KEXINIT)
    await waiting
    await connection.exchangeKeys({ clientInit })
    await connection.receive(SSH_MSG.CHANNEL_REQUEST)
    connection.send(success(channel))
  }, async (client) => {
    const channel = await client.session.complete(() => client.session.openSession())
    const exchange = client.rekey()
    const started = client.session.complete(() => channel.execute('true'))
    begun()
    await Promise.all([exchange, started])
  })
})

test.each([
  ['an open', async (connection: Connection) => { await channelOpen(connection) }],
  ['a request', async (connection: Connection) => {
    await acceptChannel(connection)
    await connection.receive(SSH_MSG.CHANNEL_REQUEST)
  }],
])('%s that waits fails when the server hangs up', async (_, script) => {
  await against(async (connection) => {
    await script(connection)
    connection.end()
  }, async (client) => {
    const { session } = client
    const failed = rejection((async () => {
      const channel = await session.complete(() => session.openSession())
      await session.complete(() => channel.execute('true'))
    })())
    expect(await failed).toMatchObject({ code: 'ERR_LIBSSH2_SOCKET_DISCONNECT' })
  })
})

test('a request that waits fails when the server closes its channel', async () => {
  await against(async (connection) => {
    const channel = await acceptChannel(connection)
    await connection.receive(SSH_MSG.CHANNEL_REQUEST)
    connection.send(channelClose(channel))
  }, async ({ session }) => {
    const channel = await session.complete(() => session.openSession())
    expect(await rejection(session.complete(() => channel.execute('true')))).toMatchObject({ name: 'ChannelError' })
  })
})

test('an open that waits and whose caller goes is closed when it is answered', async () => {
  let aborted!: () => void
  const gone = new Promise<void>((resolve) => { aborted = resolve })
  let closed!: () => void
  const answered = new Promise<void>((resolve) => { closed = resolve })
  await against(async (connection) => {
    const client = await channelOpen(connection)
    await gone
    connection.send(message(SSH_MSG.CHANNEL_OPEN_CONFIRMATION).uint32(client).uint32(7).uint32(1 << 20).uint32(32768).finish())
    await connection.receive(SSH_MSG.CHANNEL_CLOSE)
    closed()
  }, async ({ session }) => {
    const controller = new AbortController()
    const failed = rejection(session.complete(() => session.openSession(), { signal: controller.signal, discard: (late) => late[Symbol.dispose]() }))
    controller.abort(new Error('enough'))
    expect(await failed).toMatchObject({ message: 'enough' })
    aborted()
    await answered
  })
})
