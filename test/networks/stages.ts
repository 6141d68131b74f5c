import { LIBSSH2_FXF_CREAT, LIBSSH2_FXF_READ, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE, type Channel, type Instance, Session, type Sftp } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { seededRandom } from '../support/random.ts'
import type { SshServer } from '../support/ssh-server.ts'

/** What a caller gives with every call. */
export interface Limit {
  readonly signal: AbortSignal
}

/** How far a visit has come. */
interface Visit {
  readonly session: Session
  readonly server: SshServer
  readonly bytes: Uint8Array
  readonly path: string
  channel?: Channel
  sftp?: Sftp
}

/** A whole visit at a server, in stages each of which ends with an answer of the server. */
export const stages: readonly (readonly [string, (visit: Visit, limit: Limit) => Promise<void>])[] = [
  ['key exchange', async ({ session }, limit) => void (await session.complete(() => session.handshake(), limit))],
  ['login', async ({ session, server }, limit) => void (await session.complete(() => session.userauthPublickeyFromMemory(server.user, server.keys.ed25519.privateKey), limit))],
  ['channel', async (visit, limit) => {
    visit.channel = await visit.session.complete(() => visit.session.openSession(), limit)
  }],
  ['command', async ({ session, channel }, limit) => void (await session.complete(() => channel!.execute('cat'), limit))],
  ['bytes there and back', async ({ session, channel, bytes }, limit) => {
    const [received] = await Promise.all([readBytes(session, channel!, bytes.length, limit), session.complete(() => channel!.write(bytes), limit)])
    same(received, bytes)
  }],
  ['end of the command', async ({ session, channel }, limit) => {
    await session.complete(() => channel!.sendEof(), limit)
    await session.complete(() => channel!.waitEof(), limit)
    await session.complete(() => channel!.close(), limit)
  }],
  ['SFTP', async (visit, limit) => {
    visit.sftp = await visit.session.complete(() => visit.session.sftpInit(), limit)
  }],
  ['file written', async ({ session, sftp, path, bytes }, limit) => {
    const handle = await session.complete(() => sftp!.open(path, LIBSSH2_FXF_CREAT | LIBSSH2_FXF_WRITE | LIBSSH2_FXF_TRUNC), limit)
    for (let at = 0; at < bytes.length;) at += (await session.complete(() => handle.write(bytes.subarray(at)), limit))[0]
    await session.complete(() => handle.close(), limit)
  }],
  ['file read', async ({ session, sftp, path, bytes }, limit) => {
    const handle = await session.complete(() => sftp!.open(path, LIBSSH2_FXF_READ), limit)
    const parts: Uint8Array[] = []
    for (;;) {
      const [rc, part] = await session.complete(() => handle.read(262_144), limit)
      if (rc === 0) break
      parts.push(part)
    }
    same(Buffer.concat(parts), bytes)
    await session.complete(() => handle.close(), limit)
  }],
]

export interface VisitOptions {
  readonly server: SshServer
  /** Where the server is reached: a proxy. */
  readonly through: { readonly host: string; readonly port: number }
  readonly instance: Instance
  /** How many bytes are sent each way. */
  readonly bytes: number
  /** A file of the server. */
  readonly path: string
  /** How long a stage may take. */
  limitMs(stage: string): number
  /** Called before each stage. */
  readonly before?: (stage: string) => void
}

/** All stages in turn. Throws what the first one that fails throws. */
export async function visit({ server, through, instance, bytes, path, limitMs, before }: VisitOptions): Promise<void> {
  const session = await Session.create(await connectTcp(through), { instance })
  try {
    const state: Visit = { session, server, bytes: seededRandom(bytes).bytes(bytes), path }
    for (const [name, run] of stages) {
      before?.(name)
      await run(state, { signal: AbortSignal.timeout(limitMs(name)) })
    }
  } finally {
    session.free()
  }
}

async function readBytes(session: Session, channel: Channel, length: number, limit: Limit): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (let got = 0; got < length;) {
    const [rc, part] = await session.complete(() => channel.read(65_536), limit)
    if (rc === 0) break
    got += rc
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function same(received: Uint8Array, sent: Uint8Array): void {
  if (Buffer.compare(received, sent) !== 0) throw new Error(`${received.length} bytes arrived that are not the ${sent.length} that were sent`)
}
