import { readFileSync } from 'node:fs'
import { type Channel, type Instance, LIBSSH2_ERROR_EAGAIN, Session, type Transport } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import type { SshServer } from './ssh-server.ts'

export interface OpenOptions {
  readonly instance?: Instance
  /** Default: a TCP connection to the server. */
  readonly transport?: Transport
}

/** A session that has completed the handshake with a test server, not authenticated. */
export async function shakenSession(server: Pick<SshServer, 'host' | 'port'>, options: OpenOptions = {}): Promise<Session> {
  const transport = options.transport ?? await connectTcp({ host: server.host, port: server.port })
  const session = await Session.create(transport, options.instance ? { instance: options.instance } : {})
  try {
    await session.complete(() => session.handshake())
    return session
  } catch (error) {
    session.free()
    throw error
  }
}

/** A session of the server's user, authenticated with the test's Ed25519 key. */
export async function openSession(server: SshServer, options: OpenOptions = {}): Promise<Session> {
  const session = await shakenSession(server, options)
  try {
    const key = readFileSync(server.keys.ed25519.path, 'utf8')
    await session.complete(() => session.userauthPublickeyFromMemory(server.user, key))
    return session
  } catch (error) {
    session.free()
    throw error
  }
}

/** A channel that runs `command`. */
export async function execute(session: Session, command: string): Promise<Channel> {
  const channel = await session.complete(() => session.openSession())
  await session.complete(() => channel.execute(command))
  return channel
}

/** Everything that a stream holds until EOF. */
export async function readAll(channel: Channel, streamId = 0, size = 65536): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (;;) {
    const [rc, data] = await channel.session.complete(() => channel.readEx(size, streamId))
    if (rc === 0) return Buffer.concat(parts)
    parts.push(data)
  }
}

/** Lets the server close first, whatever is unread, so that the exit status has arrived; then closes the channel. */
export async function finish(channel: Channel): Promise<void> {
  const { session } = channel
  await session.complete(() => channel.waitEof())
  await session.complete(() => channel.waitClosed())
  await session.complete(() => channel.close())
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Repeats a call by hand, as users of the bindings do. */
export async function untilDone<T>(session: Session, call: () => T): Promise<Exclude<T, typeof LIBSSH2_ERROR_EAGAIN>> {
  for (;;) {
    const result = call()
    const rc = Array.isArray(result) ? result[0] : result
    if (rc !== LIBSSH2_ERROR_EAGAIN) return result as Exclude<T, typeof LIBSSH2_ERROR_EAGAIN>
    await session.wait()
  }
}
