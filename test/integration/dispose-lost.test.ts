// `using` and `await using` after the session has gone: nothing that disposes throws, or the error of the work would be hidden in a SuppressedError.
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type Client, Instance, SSHError } from '../../src/index.ts'
import type { Bytes } from '../../src/ffi/exports.gen.ts'
import type { Session } from '../../src/bindings/index.ts'
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

/** The ways in which a session goes. */
const ENDS: Record<string, (lost: { readonly session: Session, readonly instance: Instance }) => Promise<unknown>> = {
  'the server is killed': async ({ session }) => {
    await (server as SshServer & { kill(): Promise<void> }).kill()
    return rejection(session.complete(() => session.openSession()))
  },
  'the session is freed': async ({ session }) => { session.free() },
  'C is broken, which nothing has noticed yet': async ({ instance }) => { instance.heap.view(0 as Bytes, instance.heap.size).fill(0x41) },
  'C traps': async ({ session, instance }) => {
    instance.heap.view(0 as Bytes, instance.heap.size).fill(0x41)
    return rejection(session.complete(() => session.openSession()))
  },
}

/** Everything of the client that is disposed of, by its name. */
async function clientThings(client: Client): Promise<Record<string, AsyncDisposable>> {
  const sftp = await client.sftp()
  const path = directory.file('file')
  return {
    client, sftp, written: await sftp.open(path, 'w'), read: await sftp.open(path, 'r'), process: await client.exec('cat'),
    stream: await client.openTcp(server!.host, server!.port), listener: await client.listen(), scp: await client.scpReceive('/etc/passwd'),
  }
}

async function bindingsThings(session: Session): Promise<Record<string, Disposable>> {
  const sftp = await session.complete(() => session.sftpInit())
  const known = session.knownhostInit()
  const [listener] = await session.complete(() => session.forwardListenEx('127.0.0.1', 0))
  return { session, sftp, directory: await session.complete(() => sftp.opendir('/')), channel: await execute(session, 'cat'), known, listener, agent: session.agentInit() }
}

describe.each(Object.entries(ENDS))('%s', (_, end) => {
  test('no object of the client throws when it is disposed of', async () => {
    server = await startSshd()
    const instance = await Instance.create()
    const client = await clientOf(server, { instance })
    const things = await clientThings(client)
    await end({ session: client.session, instance })
    for (const [name, thing] of Object.entries(things)) await expect(thing[Symbol.asyncDispose](), name).resolves.toBeUndefined()
  }, 60_000)

  test('no object of the bindings throws when it is disposed of', async () => {
    server = await startSshd()
    const instance = await Instance.create()
    const session = await openSession(server, { instance })
    const things = await bindingsThings(session)
    await end({ session, instance })
    for (const [name, thing] of Object.entries(things).reverse()) expect(() => { thing[Symbol.dispose]() }, name).not.toThrow()
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
    expect(error).toBe(session.failure)
    await client.close()
  }, 60_000)
})

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
