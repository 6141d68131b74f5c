import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN, LIBSSH2_FXF_CREAT, LIBSSH2_FXF_WRITE, type Session } from '../../src/bindings/index.ts'
import { execute, openSession, readAll, shakenSession, text } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection, within } from '../support/within.ts'

let server: SshServer
let session: Session
beforeAll(async () => {
  server = await startSshd()
  session = await openSession(server)
})
afterAll(async () => {
  await session.close()
  await server.stop()
})

/** More than the server's window, so that a write has to wait. */
const LARGE = 3 << 20

async function digest(write: (channel: Awaited<ReturnType<typeof execute>>) => unknown): Promise<string> {
  const channel = await execute(session, 'sha256sum')
  await within(20_000, 'the writes', session.complete(() => write(channel)))
  await session.complete(() => channel.sendEof())
  const sum = text(await readAll(channel)).split(' ')[0] as string
  await session.complete(() => channel.free())
  return sum
}

async function sha256(...parts: Uint8Array[]): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.concat(parts))).toString('hex')
}

test('two writes in one complete() both arrive, once, in their order', async () => {
  const [one, other] = [new Uint8Array(LARGE).fill(1), new Uint8Array(LARGE).fill(2)]
  const expected = await sha256(one, other)
  expect(await digest((channel) => { channel.write(one); return channel.write(other) })).toBe(expected)
  expect(await digest((channel) => { const first = channel.write(one); return first[0] === LIBSSH2_ERROR_EAGAIN ? first : channel.write(other) })).toBe(expected)
  expect(await digest((channel) => { channel.write(one); channel.write(other); return 0 })).toBe(expected)
})

test('writes that are made at once, each by itself, arrive one behind the other, whatever they have to wait for', async () => {
  for (const wait of ['', 'sleep 0.3; ']) {
    const channel = await execute(session, `${wait}tr -s abcd`)
    const writes = [...'abcd'].map((letter) => session.complete(() => channel.write(new Uint8Array(LARGE).fill(letter.charCodeAt(0)))))
    await within(20_000, 'the writes', Promise.all(writes))
    await session.complete(() => channel.sendEof())
    expect(text(await readAll(channel))).toBe('abcd')
    await session.complete(() => channel.free())
  }
})

test('a write and the end of the input in one complete()', async () => {
  const data = new Uint8Array(LARGE).fill(3)
  const channel = await execute(session, 'wc -c')
  await within(20_000, 'the writes', session.complete(() => { channel.write(data); return channel.sendEof() }))
  expect(text(await readAll(channel)).trim()).toBe(String(LARGE))
  await session.complete(() => channel.free())
})

test('several requests in one complete() are each made once', async () => {
  const channel = await session.complete(() => session.openSession())
  await within(20_000, 'the requests', session.complete(() => {
    const rc = channel.pty()
    return rc === LIBSSH2_ERROR_EAGAIN ? rc : channel.execute('test -t 0 && echo terminal')
  }))
  expect(text(await readAll(channel)).trim()).toBe('terminal')
  await session.complete(() => channel.free())
})

test('the channel of an SFTP object can be looked at, and is gone with it', async () => {
  const sftp = await session.complete(() => session.sftpInit())
  const view = sftp.getChannel()
  expect([view.eof(), view.windowRead() > 0, 'free' in view, Symbol.dispose in view, 'read' in view]).toEqual([false, true, false, false, false])
  await session.complete(() => sftp.shutdown())
  expect(() => view.windowRead()).toThrow(expect.objectContaining({ code: 'ERR_HANDLE_FREED' }))
  expect(session.failure).toBeUndefined()
})

test('of two private keys that are parsed at once each has its own passphrase', async () => {
  using directory = temporaryDirectory('operations')
  const path = join(directory.path, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'right', '-f', path])
  const key = readFileSync(path, 'utf8')
  const fresh = await shakenSession(server)
  const attempt = (passphrase: string) => rejection(fresh.complete(() => fresh.userauthPublickeyFromMemory(server.user, key, passphrase)))
  const [wrong, right] = await within(20_000, 'both attempts', Promise.all([attempt('wrong'), attempt('right')]))
  expect(wrong).toMatchObject({ name: 'KeyError' })
  // The key can be read, and the server does not know it.
  expect(right).toMatchObject({ name: 'AuthenticationError' })
  fresh.free()
})

test('a write that goes on with what is left of its bytes in one complete() arrives once', async () => {
  const data = new Uint8Array(LARGE).map((_, at) => at * 7 >> 3)
  let rest = data
  const counts: number[] = []
  expect(await digest((channel) => {
    const [rc, count] = channel.write(rest)
    counts.push(count)
    rest = rest.subarray(count)
    return rc === LIBSSH2_ERROR_EAGAIN ? rc : rest.length
  })).toBe(await sha256(data))
  expect(rest.length).toBe(0)
  expect(counts.length).toBeGreaterThan(1)
})

test('a write that is repeated with other bytes is refused, and the channel goes on', async () => {
  const others: Record<string, (attempt: number) => Uint8Array> = {
    'other bytes': (attempt) => new Uint8Array(LARGE).fill(attempt),
    'fewer bytes than are left': (attempt) => new Uint8Array(LARGE - attempt * 10).fill(1),
    'more bytes': (attempt) => new Uint8Array(LARGE + attempt).fill(1),
  }
  for (const [name, bytes] of Object.entries(others)) {
    const channel = await execute(session, 'cat > /dev/null; echo all')
    let attempt = 0
    const error = await within(20_000, name, rejection(session.complete(() => channel.write(bytes(++attempt)))))
    expect(error, name).toMatchObject({ code: 'ERR_LIBSSH2_BAD_USE', message: expect.stringContaining('the same bytes') as string })
    expect((error as { bytesWritten?: number }).bytesWritten, name).toBeGreaterThan(0)
    await within(20_000, name, session.complete(() => channel.write('more')))
    await session.complete(() => channel.sendEof())
    expect(text(await readAll(channel)), name).toBe('all\n')
    await session.complete(() => channel.free())
  }
})

test('a write of a file that is repeated with other bytes is refused, and the file goes on', async () => {
  const sftp = await session.complete(() => session.sftpInit())
  using folder = temporaryDirectory('operations')
  const path = join(folder.path, 'file')
  const file = await session.complete(() => sftp.open(path, LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT, 0o600))
  let attempt = 0
  const error = await within(20_000, 'the write', rejection(session.complete(() => file.write(new Uint8Array(100_000).fill(++attempt)))))
  expect(error).toMatchObject({ code: 'ERR_LIBSSH2_BAD_USE', message: expect.stringContaining('the same bytes') as string })
  await within(20_000, 'another write', session.complete(() => file.write(new Uint8Array(10).fill(9))))
  await session.complete(() => file.close())
  expect(readFileSync(path)).toEqual(Buffer.concat([new Uint8Array(100_000).fill(1), new Uint8Array(10).fill(9)]))
  await session.complete(() => sftp.shutdown())
})
