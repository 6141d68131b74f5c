import { expect } from 'vitest'
import { type AuthMethod, type Client, connect, type ConnectOptions, insecureAcceptAnyHostKey, Instance, SSHError } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { acceptChannel, type Connection, message, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import { within } from '../support/within.ts'

export interface MeetOptions {
  readonly auth?: readonly AuthMethod[]
  readonly compress?: boolean
  /** Milliseconds that the caller gives to everything. */
  readonly limit?: number
  /** Where other sessions live too: what is theirs is not looked at afterwards. */
  readonly instance?: Instance
  /** Beside the key exchange. */
  readonly algorithms?: ConnectOptions['algorithms']
}

/** How it ended, and the most that it took meanwhile. */
export interface Meeting {
  /** `done`, the code of the error, or `the caller's limit`. */
  readonly end: string
  /** Bytes of C's heap. */
  readonly heap: number
  /** Bytes that were to be sent and that the system had not taken. */
  readonly unsent: number
}

const KEX = { kex: 'curve25519-sha256' } as const

/** A client that does `victim` meets a server that does `script`. Fails if it hangs, if the module traps, if memory is missing, or if the error has no type. */
export async function meet(script: (connection: Connection) => Promise<void>, victim: (client: Client, signal: AbortSignal) => Promise<unknown>, options: MeetOptions = {}): Promise<Meeting> {
  await using server = await startScriptedServer(script)
  const instance = options.instance ?? await Instance.create()
  const before = instance.heapUsed()
  const transport = await connectTcp(server)
  const signal = AbortSignal.timeout(options.limit ?? 10_000)
  let heap = 0
  let unsent = 0
  const sample = () => {
    heap = Math.max(heap, instance.heapUsed() - before)
    unsent = Math.max(unsent, transport.port?.queued ?? 0)
  }
  const sampling = setInterval(sample, 5)
  const visit = async () => {
    const client = await connect({
      transport, username: 'user', hostKey: insecureAcceptAnyHostKey(), instance, signal, algorithms: { kex: [KEX.kex], ...options.algorithms },
      auth: options.auth ?? [], ...options.compress ? { compress: true } : {},
    })
    try {
      await victim(client, signal)
      sample()
    } finally {
      await client.close()
    }
  }
  const mistake = server.done.catch((error: Error) => {
    // A client that takes its leave is in order wherever the script was.
    if (!error.message.startsWith('the client disconnected')) throw error
  }).then(() => new Promise<never>(() => {}))
  const end = await within(60_000, 'hang', Promise.race([visit(), mistake])).then(() => 'done', (error: unknown) => {
    if (error instanceof SSHError) return error.code
    if (error === signal.reason) return 'the caller\'s limit'
    throw error
  }).finally(() => clearInterval(sampling))
  expect(instance.failure, 'the module must not trap').toBeUndefined()
  if (!options.instance) expect(instance.heapUsed(), 'bytes allocated after the session').toBeLessThanOrEqual(before + 16)
  return { end, heap, unsent }
}

/** Everything up to the client's first request to be authenticated. */
export async function serveUntilLogin(connection: Connection, kex: Parameters<Connection['handshake']>[0] = {}): Promise<void> {
  await connection.handshake({ ...KEX, ...kex })
  await connection.receive(SSH_MSG.SERVICE_REQUEST)
  connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish())
  await connection.receive(SSH_MSG.USERAUTH_REQUEST)
}

export async function serveLoggedIn(connection: Connection, kex: Parameters<Connection['handshake']>[0] = {}): Promise<void> {
  await serveUntilLogin(connection, kex)
  connection.send(message(SSH_MSG.USERAUTH_SUCCESS).finish())
  connection.startCompression()
}

/** A command begins. @returns the client's number of its channel. */
export async function serveExecStarted(connection: Connection, kex: Parameters<Connection['handshake']>[0] = {}): Promise<number> {
  await serveLoggedIn(connection, kex)
  const { client } = await acceptChannel(connection)
  await connection.receive(SSH_MSG.CHANNEL_REQUEST)
  connection.send(message(SSH_MSG.CHANNEL_SUCCESS).uint32(client).finish())
  return client
}

/** Sends without end, as fast as the system takes it; until the client goes. */
export async function flood(connection: Connection, payload: (turn: number) => Uint8Array | readonly Uint8Array[]): Promise<never> {
  for (let turn = 0; ; turn++) {
    const messages = payload(turn)
    for (const each of messages instanceof Uint8Array ? [messages] : messages) connection.send(each)
    if (turn % 100 === 99) await connection.taken()
  }
}
