import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN, type SSHError } from '../../src/bindings/index.ts'
import { seededRandom } from '../support/random.ts'
import { execute, finish, readAll, text, untilDone } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'
import { rejection } from '../support/within.ts'

const used = useSession()
const complete = <T>(call: () => T) => used.session.complete(call)

const SIZE = 10 << 20
const data = seededRandom(7).bytes(SIZE)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('ten mebibytes', () => {
  test('go to stdin', async () => {
    const channel = await execute(used.session, 'sha256sum')
    const [rc, written] = await complete(() => channel.write(data))
    expect([rc > 0, written]).toEqual([true, SIZE])
    await complete(() => channel.sendEof())
    expect(text(await readAll(channel))).toContain(sha256(data))
  })

  test('come from stdout', async () => {
    const channel = await execute(used.session, `head -c ${SIZE} /dev/zero | tr '\\0' x`)
    expect(sha256(await readAll(channel))).toBe(sha256(Buffer.alloc(SIZE, 'x')))
  })

  test('come from stderr', async () => {
    const channel = await execute(used.session, `head -c ${SIZE} /dev/zero | tr '\\0' e >&2`)
    expect(sha256(await readAll(channel, 1))).toBe(sha256(Buffer.alloc(SIZE, 'e')))
  })

  test('go and come back at the same time', async () => {
    const channel = await execute(used.session, 'cat')
    const sending = complete(() => channel.write(data)).then(() => complete(() => channel.sendEof()))
    expect(sha256(await readAll(channel))).toBe(sha256(data))
    await sending
    await finish(channel)
    expect(channel.getExitStatus()).toBe(0)
  })

  test('go by hand, each write from where the last one ended', async () => {
    const channel = await execute(used.session, 'sha256sum')
    for (let rest = data; rest.length > 0;) {
      const [rc, written] = channel.write(rest)
      rest = rest.subarray(written)
      if (rc === LIBSSH2_ERROR_EAGAIN) await used.session.wait()
    }
    await untilDone(used.session, () => channel.sendEof())
    expect(text(await readAll(channel))).toContain(sha256(data))
  })
})

describe('write', () => {
  test('counts the bytes of a string, not its characters', async () => {
    const channel = await execute(used.session, 'cat')
    expect(await complete(() => channel.write('aé€👋'))).toEqual([10, 10])
    await complete(() => channel.sendEof())
    expect(text(await readAll(channel))).toBe('aé€👋')
  })

  test('of nothing is 0 bytes', async () => {
    const channel = await execute(used.session, 'cat')
    expect(await complete(() => channel.write(''))).toEqual([0, 0])
    await complete(() => channel.free())
  })

  test('after sendEof throws, and tells that nothing was written', async () => {
    const channel = await execute(used.session, 'cat')
    await complete(() => channel.sendEof())
    expect(() => channel.write('late')).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_CHANNEL_EOF_SENT', errno: -27, bytesWritten: 0 }))
  })

  test('after close throws', async () => {
    const channel = await execute(used.session, 'cat')
    await complete(() => channel.close())
    expect(() => channel.write('late')).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED', errno: -26, bytesWritten: 0 }))
  })

  test('to a command that ends without reading is refused, and tells how much went before', async () => {
    const channel = await execute(used.session, 'sleep 0.2')
    const error = await rejection(complete(() => channel.write(data)))
    expect(error).toMatchObject({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED', message: 'the server has closed the channel' })
    const { bytesWritten = 0 } = error as SSHError
    expect(bytesWritten).toBeGreaterThan(0)
    expect(bytesWritten).toBeLessThan(SIZE)
  })

  test('after close has been sent, though not answered, throws', async () => {
    const channel = await execute(used.session, 'sleep 0.2')
    expect(channel.close()).toBe(LIBSSH2_ERROR_EAGAIN)
    expect(() => channel.write('late')).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED', bytesWritten: 0 }))
    await complete(() => channel.close())
  })

  test('to stderr of the client goes out as extended data, which sshd ignores', async () => {
    const channel = await execute(used.session, 'cat')
    expect(await complete(() => channel.writeStderr('ignored'))).toEqual([7, 7])
    expect(await complete(() => channel.writeEx(0, 'kept'))).toEqual([4, 4])
    await complete(() => channel.sendEof())
    expect(text(await readAll(channel))).toBe('kept')
  })
})

describe('read', () => {
  test('gives no more than was asked for', async () => {
    const channel = await execute(used.session, 'printf 0123456789')
    await complete(() => channel.waitEof())
    expect(channel.read(4)).toEqual([4, Uint8Array.from(Buffer.from('0123'))])
    expect(text(channel.readEx(100)[1])).toBe('456789')
  })

  test('gives 1024 bytes where no size is given', async () => {
    const channel = await execute(used.session, 'head -c 3000 /dev/zero')
    await complete(() => channel.waitEof())
    expect(channel.read()[0]).toBe(1024)
    expect(channel.readEx()[0]).toBe(1024)
  })

  test('gives EAGAIN and no bytes while there are none', async () => {
    const channel = await execute(used.session, 'cat')
    expect(channel.read()).toEqual([LIBSSH2_ERROR_EAGAIN, new Uint8Array(0)])
    expect(channel.readStderr()).toEqual([LIBSSH2_ERROR_EAGAIN, new Uint8Array(0)])
    await complete(() => channel.free())
  })

  test('gives copies: a later read changes nothing of an earlier one', async () => {
    const channel = await execute(used.session, 'printf aaaabbbb')
    await complete(() => channel.waitEof())
    const [, first] = channel.read(4)
    channel.read(4)
    expect(text(first)).toBe('aaaa')
  })

  test('keeps stdout and stderr apart', async () => {
    const channel = await execute(used.session, 'echo out; echo err >&2')
    await complete(() => channel.waitEof())
    expect(text(await readAll(channel, 1))).toBe('err\n')
    expect(text(await readAll(channel))).toBe('out\n')
  })
})

describe('eof', () => {
  test('is true once the remote EOF has come and all was read', async () => {
    const channel = await execute(used.session, 'printf rest')
    expect(channel.eof()).toBe(false)
    await complete(() => channel.waitEof())
    expect(channel.eof()).toBe(false)
    await readAll(channel)
    expect(channel.eof()).toBe(true)
  })

  test('of one direction leaves the other open', async () => {
    const channel = await execute(used.session, 'cat >/dev/null; echo after EOF')
    expect(await complete(() => channel.sendEof())).toBe(0)
    expect(text(await readAll(channel))).toBe('after EOF\n')
  })

  test('of the remote end leaves stdin open', async () => {
    const channel = await execute(used.session, 'exec >&- 2>&-; read line; exit ${#line}')
    expect(await complete(() => channel.waitEof())).toBe(0)
    await complete(() => channel.write('12345\n'))
    await finish(channel)
    expect(channel.getExitStatus()).toBe(5)
  })
})
