import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN as EAGAIN } from '../../src/bindings/index.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { RawSession } from './raw-session.ts'

let server: SshServer
const raws: RawSession[] = []

beforeAll(async () => { server = await startSshd() })
afterEach(() => { for (const raw of raws.splice(0)) raw.free() })
afterAll(async () => { await server.stop() })

async function raw(): Promise<RawSession> {
  const session = await RawSession.open(server)
  raws.push(session)
  return session
}

describe('what the library builds on, seen without it', () => {
  test('a signature may come later: libssh2 says EAGAIN, and asks again', async () => {
    const session = await RawSession.connect(server)
    raws.push(session)
    const codes = await session.authenticate(server)
    expect(session.asked).toBeGreaterThan(2)
    expect(codes.at(-1)).toBe(0)
    expect(new Set(codes.slice(0, -1))).toEqual(new Set([EAGAIN]))
  })

  test('stdout and stderr share one window: stderr that is not read holds stdout up', async () => {
    const session = await raw()
    const channel = await session.channel()
    await session.until(() => session.execute(channel, 'head -c 3000000 /dev/zero >&2; echo out'))
    await session.bytes(300)
    expect(session.read(channel)).toBe(EAGAIN)
    for (let total = 0; total < 3_000_000;) total += await session.until(() => session.read(channel, 1, 65536))
    expect(await session.until(() => session.read(channel))).toBe(4)
  })

  test('after EOF was sent a write fails with -27, after close with -26', async () => {
    const session = await raw()
    const channel = await session.channel()
    await session.until(() => session.execute(channel, 'cat'))
    await session.until((c) => c.libssh2_channel_send_eof(channel))
    expect(session.write(channel, 10)).toBe(-27)
    await session.until((c) => c.libssh2_channel_close(channel))
    expect(session.write(channel, 10)).toBe(-26)
  })

  test('eof() is 1 only when nothing is queued', async () => {
    const session = await raw()
    const channel = await session.channel()
    await session.until(() => session.execute(channel, 'echo rest'))
    await session.until((c) => c.libssh2_channel_wait_eof(channel))
    expect(session.call((c) => c.libssh2_channel_eof(channel))).toBe(0)
    session.read(channel)
    expect(session.call((c) => c.libssh2_channel_eof(channel))).toBe(1)
  })

  test('wait_closed() before the remote EOF fails with -34', async () => {
    const session = await raw()
    const channel = await session.channel()
    expect(session.call((c) => c.libssh2_channel_wait_closed(channel))).toBe(-34)
  })

  test('a status of 0 is also none', async () => {
    const session = await raw()
    const channel = await session.channel()
    expect(session.call((c) => c.libssh2_channel_get_exit_status(channel))).toBe(0)
    await session.until(() => session.execute(channel, 'exit 0'))
    await session.until((c) => c.libssh2_channel_wait_eof(channel))
    expect(session.call((c) => c.libssh2_channel_get_exit_status(channel))).toBe(0)
  })

  test('a write to a channel that the server has closed waits for a window that never comes: the library looks before', async () => {
    const session = await raw()
    const channel = await session.channel()
    await session.until(() => session.execute(channel, 'true'))
    await session.until((c) => c.libssh2_channel_wait_eof(channel))
    await session.until((c) => c.libssh2_channel_wait_closed(channel))
    let rc = session.write(channel, 32_768)
    while (rc > 0) rc = session.write(channel, 32_768)
    expect(rc).toBe(EAGAIN)
    expect(session.call((c) => c.glue_channel_peer_closed(channel))).toBe(1)
  })
})
