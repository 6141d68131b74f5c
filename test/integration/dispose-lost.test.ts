// `using` and `await using` after the session has gone: nothing that disposes throws, or the error of the work would be hidden in a SuppressedError.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type Client, Instance, SSHError } from '../../src/index.ts'
import type { Bytes } from '../../src/ffi/exports.gen.ts'
import type { Session } from '../../src/bindings/index.ts'
import { forwardingsOf } from '../../src/client/forwarding.ts'
import { clientOf } from '../support/client-of.ts'
import { execute, openSession } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection } from '../support/within.ts'
import { FX, withSftp } from '../wild/support/sftp-server.ts'

const directory = temporaryDirectory('dispose-lost')
let server: SshServer | undefined
afterEach(async () => { await server?.stop() })
afterAll(() => directory.remove())

const BROKEN = 'C is broken, which nothing has noticed yet'
/** The ways in which a session goes. */
const ENDS: Record<string, (lost: { readonly session: Session, readonly instance: Instance }) => Promise<unknown>> = {
  'the server is killed': async ({ session }) => {
    await (server as SshServer & { kill(): Promise<void> }).kill()
    return rejection(session.complete(() => session.openSession()))
  },
  'the session is freed': async ({ session }) => { session.free() },
  [BROKEN]: async ({ instance }) => { instance.heap.view(0 as Bytes, instance.heap.size).fill(0x41) },
  'C traps': async ({ session, instance }) => {
    instance.heap.view(0 as Bytes, instance.heap.size).fill(0x41)
    return rejection(session.complete(() => session.openSession()))
  },
}

const later = (thing: Disposable): AsyncDisposable => ({ [Symbol.asyncDispose]: async () => { thing[Symbol.dispose]() } })
const unused = (): never => { throw new Error('nobody connects') }
const channelOf = ({ session }: Client) => session.complete(() => session.openSession())
const open = async (client: Client, mode: 'r' | 'w') => (await client.sftp()).open(directory.file('file'), mode)

/** Everything of the client that is disposed of, by its name. */
const CLIENT: Record<string, (client: Client) => Promise<AsyncDisposable>> = {
  client: async (client) => client,
  sftp: (client) => client.sftp(),
  written: (client) => open(client, 'w'),
  read: async (client) => {
    writeFileSync(directory.file('file'), 'text')
    return open(client, 'r')
  },
  process: (client) => client.exec('cat'),
  stream: (client) => client.openTcp(server!.host, server!.port),
  listener: (client) => client.listen(),
  scp: (client) => client.scpReceive('/etc/passwd'),
  x11: async (client) => later(await forwardingsOf(client.session).requestX11(await channelOf(client), { connect: unused }, undefined)),
  'forwarded agent': async (client) => later(await forwardingsOf(client.session).requestAgent(await channelOf(client), unused, undefined)),
}

const BINDINGS: Record<string, (session: Session) => Promise<Disposable>> = {
  session: async (session) => session,
  sftp: (session) => session.complete(() => session.sftpInit()),
  directory: async (session) => {
    const sftp = await session.complete(() => session.sftpInit())
    return session.complete(() => sftp.opendir('/'))
  },
  channel: (session) => execute(session, 'cat'),
  known: async (session) => session.knownhostInit(),
  listener: async (session) => (await session.complete(() => session.forwardListenEx('127.0.0.1', 0)))[0],
  agent: async (session) => session.agentInit(),
  publickey: (session) => session.complete(() => session.publickeyInit()),
}

/** A server that has all that is made. Xauth would write the user's own file. */
const startServer = () => startSshd({
  config: ['X11Forwarding yes', 'XAuthLocation /bin/true', `Subsystem publickey ${process.execPath} ${fileURLToPath(new URL('../support/peers/publickey-subsystem.mjs', import.meta.url))} ${directory.file('keys.json')}`],
})

describe.each(Object.entries(ENDS))('%s', (name, end) => {
  test('no object of the client throws when it is disposed of', async () => {
    server = await startServer()
    const instance = await Instance.create()
    const client = await clientOf(server, { instance })
    const things: [string, AsyncDisposable][] = []
    for (const [name, make] of Object.entries(CLIENT)) things.push([name, await make(client)])
    await end({ session: client.session, instance })
    for (const [name, thing] of things) await expect(thing[Symbol.asyncDispose](), name).resolves.toBeUndefined()
  }, 60_000)

  test('no object of the bindings throws when it is disposed of', async () => {
    server = await startServer()
    const instance = await Instance.create()
    const session = await openSession(server, { instance })
    const things: [string, Disposable][] = []
    for (const [name, make] of Object.entries(BINDINGS)) things.push([name, await make(session)])
    await end({ session, instance })
    for (const [name, thing] of things.reverse()) expect(() => { thing[Symbol.dispose]() }, name).not.toThrow()
  }, 60_000)

  test('the error of the work passes', async () => {
    server = await startSshd()
    const instance = await Instance.create()
    const client = await clientOf(server, { instance })
    const { session } = client
    const work = async () => {
      await using sftp = await client.sftp()
      await using file = await sftp.open(directory.file('file'), 'w')
      await end({ session, instance })
      await file.write('text', 0)
    }
    const error = await rejection(work())
    expect(error).toBeInstanceOf(SSHError)
    // What C says whose memory is nonsense depends on which of it is read first.
    if (name !== BROKEN) expect(error).toBe(session.failure)
    await client.close()
  }, 60_000)
})

describe('C is broken, and what is disposed of is the first to call it', () => {
  test.each(Object.entries(CLIENT))('%s of the client', async (_, make) => {
    server = await startServer()
    const instance = await Instance.create()
    const client = await clientOf(server, { instance })
    const thing = await make(client)
    await ENDS[BROKEN]!({ session: client.session, instance })
    await expect(thing[Symbol.asyncDispose]()).resolves.toBeUndefined()
    await client.close()
  }, 60_000)

  test.each(Object.entries(BINDINGS))('%s of the bindings', async (_, make) => {
    server = await startServer()
    const instance = await Instance.create()
    const session = await openSession(server, { instance })
    const thing = await make(session)
    await ENDS[BROKEN]!({ session, instance })
    expect(() => { thing[Symbol.dispose]() }).not.toThrow()
    session[Symbol.dispose]()
  }, 60_000)
})

test('an abort while C is broken: exec rejects with its reason, not with what ends the forwarding', async () => {
  server = await startServer()
  const instance = await Instance.create()
  const client = await clientOf(server, { instance })
  const controller = new AbortController(), reason = new Error('enough')
  const x11 = { connect: unused }
  const forwardings = forwardingsOf(client.session), requestX11 = forwardings.requestX11.bind(forwardings)
  forwardings.requestX11 = async (...words) => {
    const request = await requestX11(...words)
    instance.heap.view(0 as Bytes, instance.heap.size).fill(0x41)
    controller.abort(reason)
    return request
  }
  expect(await rejection(client.exec('cat', { x11, signal: controller.signal }))).toBe(reason)
  await client.close()
}, 60_000)

test('a file of an SFTP that has been closed: close() tells, disposing does not throw', async () => {
  server = await startSshd()
  await using client = await clientOf(server)
  const sftp = await client.sftp()
  const file = await sftp.open(directory.file('file'), 'w')
  await sftp.close()
  await expect(file.close()).rejects.toMatchObject({ name: 'SftpError' })
  await expect(file[Symbol.asyncDispose]()).resolves.toBeUndefined()
})

test('what a server that is still there says of the close is thrown', async () => {
  const { FAILURE } = FX
  await withSftp({ quirks: { CLOSE: (_, answer) => answer.status(FAILURE, 'the disk is full') } }, async (sftp) => {
    const file = await sftp.open('/file', 'w')
    await expect(file[Symbol.asyncDispose]()).rejects.toMatchObject({ name: 'SftpError', code: 'ERR_SFTP_FAILURE' })
  })
})
