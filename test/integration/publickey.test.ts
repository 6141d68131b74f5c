import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN, type PublickeySubsystem, type Session } from '../../src/bindings/index.ts'
import { openSession, untilDone } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { rejection, within } from '../support/within.ts'

const program = fileURLToPath(new URL('../support/peers/publickey-subsystem.mjs', import.meta.url))
const blob = (fill: number) => new Uint8Array(51).fill(fill)

let directory: TemporaryDirectory

async function serve(mode = ''): Promise<{ server: SshServer, session: Session }> {
  const server = await startSshd({ config: [`Subsystem publickey ${process.execPath} ${program} ${directory.file('keys.json')} ${mode}`] })
  return { server, session: await openSession(server) }
}

beforeAll(() => { directory = temporaryDirectory('publickey') })
afterAll(() => directory.remove())

describe('PublickeySubsystem', () => {
  let server: SshServer, session: Session, keys: PublickeySubsystem
  beforeAll(async () => { ({ server, session } = await serve()) })
  afterAll(async () => {
    await session.close()
    await server.stop()
  })
  beforeEach(async () => {
    writeFileSync(directory.file('keys.json'), '[]')
    keys = await session.complete(() => session.publickeyInit())
    return () => session.complete(() => keys.shutdown())
  })
  const call = <T>(run: () => T) => session.complete(run)

  test('begins, as any call, with EAGAIN', async () => {
    expect(session.publickeyInit()).toBe(LIBSSH2_ERROR_EAGAIN)
    const another = await untilDone(session, () => session.publickeyInit())
    expect(another.listFetch()).toBe(LIBSSH2_ERROR_EAGAIN)
    expect(await untilDone(session, () => another.listFetch())).toEqual([])
    expect(await untilDone(session, () => another.shutdown())).toBe(0)
    expect(another.shutdown()).toBe(0)
  })

  test('adds, lists and removes keys with their attributes', async () => {
    expect(await call(() => keys.add('ssh-ed25519', blob(1), false, [{ name: 'comment', value: 'mine: ü', mandatory: true }]))).toBe(0)
    expect(await call(() => keys.add('ssh-rsa', blob(2)))).toBe(0)
    expect(await call(() => keys.listFetch())).toEqual([
      { name: 'ssh-ed25519', blob: blob(1), attributes: [{ name: 'comment', value: 'mine: ü' }] },
      { name: 'ssh-rsa', blob: blob(2), attributes: [] },
    ])
    expect(await call(() => keys.remove('ssh-ed25519', blob(1)))).toBe(0)
    expect((await call(() => keys.listFetch())).map(({ name }) => name)).toEqual(['ssh-rsa'])
    expect(JSON.parse(readFileSync(directory.file('keys.json'), 'utf8'))).toHaveLength(1)
  })

  test('overwrites only when it is told to', async () => {
    await call(() => keys.add('ssh-rsa', blob(3)))
    expect(await rejection(call(() => keys.add('ssh-rsa', blob(3))))).toMatchObject({ code: 'ERR_LIBSSH2_PUBLICKEY_PROTOCOL', errno: -36, message: 'key already present: it is here' })
    expect(await call(() => keys.add('ssh-rsa', blob(3), true, [{ name: 'comment', value: 'new' }]))).toBe(0)
    expect((await call(() => keys.listFetch()))[0]?.attributes).toEqual([{ name: 'comment', value: 'new' }])
  })

  test("the server's refusals are errors with its words, and the next request is answered", async () => {
    expect(await rejection(call(() => keys.remove('ssh-rsa', blob(9))))).toMatchObject({ message: 'key not found: no such key' })
    expect(await rejection(call(() => keys.add('ssh-rsa', blob(9), false, [{ name: 'x', value: '', mandatory: true }])))).toMatchObject({ message: 'request not supported: unknown attribute' })
    expect(await call(() => keys.listFetch())).toEqual([])
  })

  test('requests that are made at once are answered one by one', async () => {
    const all = await Promise.all([1, 2, 3, 4, 5].flatMap((fill) => [call(() => keys.add('ssh-rsa', blob(fill))), call(() => keys.listFetch())]))
    expect(all.filter((result) => result === 0)).toHaveLength(5)
    expect(await call(() => keys.listFetch())).toHaveLength(5)
  })

  test('the end of the session ends what waits', async () => {
    const other = await openSession(server)
    const subsystem = await other.complete(() => other.publickeyInit())
    const waiting = rejection(other.complete(() => subsystem.listFetch()))
    other.free()
    expect(await within(5000, 'the rejection', waiting)).toMatchObject({ code: 'ERR_HANDLE_FREED' })
  })
})

describe('a server', () => {
  test.each([
    ['old', 'publickeyInit', /version 1/],
    ['truncated', 'listFetch', /ended/],
    ['huge', 'listFetch', /impossible length/],
    ['nonsense', 'listFetch', /malformed/],
    ['attributes', 'listFetch', /too many attributes/],
    ['other', 'listFetch', /listattributes/],
  ])('that is %s: %s throws, the session goes on', async (mode, when, message) => {
    writeFileSync(directory.file('keys.json'), '[]')
    const { server, session } = await serve(mode)
    const failing = async () => {
      const keys = await session.complete(() => session.publickeyInit())
      if (when === 'listFetch') await session.complete(() => keys.listFetch())
    }
    expect(await within(10_000, 'the error', rejection(failing()))).toMatchObject({ code: 'ERR_LIBSSH2_PUBLICKEY_PROTOCOL', message: expect.stringMatching(message) as unknown })
    const channel = await session.complete(() => session.openSession())
    expect(await session.complete(() => channel.execute('true'))).toBe(0)
    await session.close()
    await server.stop()
  })

  test('without the subsystem refuses', async () => {
    const server = await startSshd()
    const session = await openSession(server)
    expect(await rejection(session.complete(() => session.publickeyInit()))).toMatchObject({ name: 'ChannelError', code: 'ERR_LIBSSH2_CHANNEL_REQUEST_DENIED' })
    await session.close()
    await server.stop()
  })
})
