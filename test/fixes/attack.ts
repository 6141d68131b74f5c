import { expect } from 'vitest'
import type { Channel } from '../../src/bindings/channel/channel.ts'
import { Session } from '../../src/bindings/session/session.ts'
import { SSHError } from '../../src/errors/ssh-error.ts'
import { Instance } from '../../src/ffi/instance.ts'
import { connectTcp } from '../../src/node/index.ts'
import { type AcceptChannelOptions, type ChannelNumbers, type Connection, serveExec, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import type { KeyExchangeOptions } from '../support/scripted-server/key-exchange.ts'

/** What the client does against a script, beginning with a session that has not shaken hands. */
export type Victim<T> = (session: Session) => Promise<T>

/** Less than vitest's own limit, so that a test that waits for ever says so and frees what it has. */
const PATIENCE = process.env.LIBSSH2_WASM_BUILD === 'sanitize' ? 60_000 : 15_000

/**
 * Runs `victim` against a server that does `script`. Fails if the script is wrong, if the module trapped,
 * or if memory is missing after the session was freed.
 */
export async function attack<T>(script: (connection: Connection) => Promise<void>, victim: Victim<T>): Promise<T> {
  await using server = await startScriptedServer(script)
  const instance = await Instance.create()
  const before = instance.heapUsed()
  const session = await Session.create(await connectTcp(server), { instance })
  const timer = new AbortController()
  try {
    const mistake = server.done.then(() => new Promise<never>(() => {}))
    return await Promise.race([victim(session), mistake, limit(PATIENCE, timer.signal)])
  } finally {
    timer.abort()
    expect(instance.failure, 'the module must not trap').toBeUndefined()
    session.free()
    // A word more or less is the allocator's own, when the heap grew. Less than before is what was freed twice.
    expect(Math.abs(instance.heapUsed() - before), 'bytes allocated or freed too often after the session is freed').toBeLessThanOrEqual(16)
  }
}

function limit(milliseconds: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing came of it within ${milliseconds} ms`)), milliseconds)
    signal.addEventListener('abort', () => clearTimeout(timer))
  })
}

/** Handshake and authentication by method `none`. */
export async function login(session: Session): Promise<Session> {
  await session.complete(() => session.handshake())
  expect(await session.complete(() => session.userauthList('user'))).toBeNull()
  return session
}

/** The server's side of `exec`: what it sends next reaches a client that waits for nothing but the channel. */
export async function serveVictim(connection: Connection, options: KeyExchangeOptions & AcceptChannelOptions = {}): Promise<ChannelNumbers> {
  const channel = await serveExec(connection, options)
  await connection.receive(SSH_MSG.CHANNEL_REQUEST)
  return channel
}

/** Login, a channel with the given limits for what the server may send, a command on it, and a signal that says so. */
export async function exec(session: Session, window?: number, packetSize?: number): Promise<Channel> {
  await login(session)
  const channel = await session.complete(() => session.openSessionEx('session', window, packetSize))
  await session.complete(() => channel.execute('true'))
  await session.complete(() => channel.signal('USR1'))
  return channel
}

/** One read. A size beyond the receive window makes libssh2 widen the window first. */
export async function read(channel: Channel, size = 65536): Promise<string> {
  const [, data] = await channel.session.complete(() => channel.read(size))
  return new TextDecoder().decode(data)
}

/** Everything until the end of the file. */
export async function readAll(channel: Channel): Promise<string> {
  let all = ''
  for (;;) {
    const part = await read(channel)
    if (part === '') return all
    all += part
  }
}

/** The code of the error that `run` ends with; fails if it is not one of ours. */
export async function codeOf(run: () => Promise<unknown>): Promise<string> {
  const error = await run().then((value) => { throw new Error(`no error, but ${JSON.stringify(value)}`) }, (reason: unknown) => reason)
  if (!(error instanceof SSHError)) throw error
  return error.code
}
