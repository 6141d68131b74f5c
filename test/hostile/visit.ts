import { createServer, type AddressInfo, type Socket } from 'node:net'
import { connect, type Client, generateKeyPair, insecureAcceptAnyHostKey, Instance, keyboardInteractive, password, type PrivateKey, publicKey, type Signer, SSHError } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { ConnectionEnded } from '../support/scripted-server/byte-queue.ts'
import { Connection, HostKey } from '../support/scripted-server.ts'
import { within } from '../support/within.ts'
import { type AtPoint, FILE, KEX, OUTPUT, serveSession } from './serve.ts'
import type { State } from './states.ts'

/** How a session with a hostile server went. */
export interface Visit {
  /** `worked`, or the code of the error that ended it. */
  readonly result: string
  /** The commands and the file gave what a right server says. Only told where the session worked. */
  readonly same: boolean
  /** Nothing came from the client for a while, so that the server hung up, and where it was in its script then. */
  readonly hungUp: false | 'in the middle' | 'everything was sent'
  /** What must never happen. */
  readonly finding?: string
}

/** Milliseconds of silence after which the server hangs up, as real ones do some day. Too early does no harm: the client must bear that too. */
const SERVER_PATIENCE = 1_000
/** The client must have come to an end; only a client that hangs needs as much. */
const CLIENT_LIMIT = 90_000

const hostKey = new HostKey('ssh-ed25519')
const key = generateKeyPair('ed25519')
/** Only a key itself is sent with its signature at once. */
const askedAbout = (own: PrivateKey): Signer => ({ publicKey: own.publicKey, sign: (data, algorithm) => own.sign(data, algorithm) })

export interface VisitOptions {
  /** Milliseconds of silence after which the server hangs up. */
  readonly patience?: number
  /** Where other sessions live too: what is theirs is not looked at afterwards. */
  readonly instance?: Instance
  /** Receives every message of the client. */
  readonly heard?: (messages: readonly Uint8Array[]) => void
}

/** A session from connect to close with a server that does as `serveSession`, and what `hostile` adds at the state's point. */
export async function visit(state: State, hostile: (connection: Connection, channel: number) => void | Promise<void>, { patience = SERVER_PATIENCE, instance: shared, heard }: VisitOptions = {}): Promise<Visit> {
  let served = false
  let hungUp: Visit['hungUp'] = false
  let mistake: unknown
  const sockets: Socket[] = []
  const connections: Connection[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.setNoDelay(true)
    const connection = new Connection(socket, hostKey)
    connections.push(connection)
    const at: AtPoint = (point, channel = 0) => point === state.point ? hostile(connection, channel) : undefined
    whenSilent(socket, patience, () => {
      hungUp = served ? 'everything was sent' : 'in the middle'
      socket.destroy()
    })
    serveSession(connection, state, at).then(() => {
      served = true
      return connection.receiveAll()
    }).catch((error: unknown) => {
      if (!(error instanceof ConnectionEnded)) mistake = error
      socket.destroy()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const instance = shared ?? await Instance.create()
  const before = instance.heapUsed()
  let result: string
  let same = false
  let finding: string | undefined
  try {
    same = await within(CLIENT_LIMIT, 'hang', useServer((server.address() as AddressInfo).port, state, instance))
    result = 'worked'
  } catch (error) {
    result = error instanceof SSHError ? error.code : 'no SSHError'
    if (!(error instanceof SSHError)) finding = `not a typed error: ${String(error)} (the server: ${String(mistake)})`
  }
  for (const socket of sockets) socket.destroy()
  await new Promise((closed) => server.close(closed))
  for (const { received } of connections) heard?.(received)
  if (instance.failure) finding = `trap: ${instance.failure.message}`
  else if (!shared && instance.heapUsed() > before + 16) finding ??= `${instance.heapUsed() - before} bytes not given back`
  return { result, same, hungUp, ...finding === undefined ? {} : { finding } }
}

/** A command, a file where the state has one, another command. @returns whether all of it was right. */
async function useServer(port: number, { auth, asks, sftp }: State, instance: Instance): Promise<boolean> {
  let client: Client | undefined
  try {
    client = await connect({
      transport: await connectTcp({ host: '127.0.0.1', port }), username: 'user', hostKey: insecureAcceptAnyHostKey(), instance,
      algorithms: { kex: [KEX] },
      auth: auth === 'none' ? [] : [auth === 'password' ? password('secret', { newPassword: () => 'another' }) : auth === 'publickey' ? publicKey(asks ? askedAbout(await key) : await key) : keyboardInteractive((prompts) => prompts.map(() => 'secret'))],
    })
    const first = await client.run('first')
    let file: Uint8Array = FILE
    if (sftp) {
      await using files = await client.sftp()
      file = await files.readFile('file')
    }
    const second = await client.run('second')
    return OUTPUT.equals(first.stdoutBytes) && OUTPUT.equals(second.stdoutBytes) && FILE.equals(file)
  } finally {
    await client?.close()
  }
}

/** Calls `silent` when nothing has been received for a while, and the event loop has had the time to say so. */
function whenSilent(socket: Socket, patience: number, silent: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const start = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const { bytesRead } = socket
      setTimeout(() => { if (socket.bytesRead === bytesRead) silent() }, 20)
    }, patience)
  }
  socket.on('data', start)
  socket.on('close', () => clearTimeout(timer))
  start()
}
