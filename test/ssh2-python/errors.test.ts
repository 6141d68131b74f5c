/// The behaviours of ssh2-python's tests/test_exceptions.py and tests/test_extras.py; docs/ssh2-python.md is the table.
import { describe, expect, test } from 'vitest'
import { libssh2Error } from '../../src/errors/libssh2-error.ts'
import * as ssh from '../../src/bindings/index.ts'
import { execute, readAll, text, untilDone } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'

const kinds = (kind: new (...args: never[]) => Error, codes: readonly number[]) => codes.map((errno) => [errno, kind] as const)

describe('a negative code becomes an error of the right kind, with its number and a code to match on', () => {
  test.each([
    ...kinds(ssh.AuthenticationError, [ssh.LIBSSH2_ERROR_PUBLICKEY_UNRECOGNIZED, ssh.LIBSSH2_ERROR_AUTHENTICATION_FAILED, ssh.LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED, ssh.LIBSSH2_ERROR_PASSWORD_EXPIRED]),
    ...kinds(ssh.HostKeyError, [ssh.LIBSSH2_ERROR_HOSTKEY_INIT, ssh.LIBSSH2_ERROR_HOSTKEY_SIGN]),
    ...kinds(ssh.DisconnectError, [ssh.LIBSSH2_ERROR_SOCKET_DISCONNECT, ssh.LIBSSH2_ERROR_SOCKET_RECV, ssh.LIBSSH2_ERROR_SOCKET_SEND]),
  ])('test_general_errors: %i', (errno, kind) => {
    expect(libssh2Error(errno)).toBeInstanceOf(kind)
    expect(libssh2Error(errno)).toMatchObject({ errno, code: expect.stringMatching(/^ERR_LIBSSH2_/) as unknown })
  })

  test.each(kinds(ssh.ChannelError, [
    ssh.LIBSSH2_ERROR_CHANNEL_OUTOFORDER, ssh.LIBSSH2_ERROR_CHANNEL_FAILURE, ssh.LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED, ssh.LIBSSH2_ERROR_CHANNEL_UNKNOWN,
    ssh.LIBSSH2_ERROR_CHANNEL_WINDOW_EXCEEDED, ssh.LIBSSH2_ERROR_CHANNEL_PACKET_EXCEEDED, ssh.LIBSSH2_ERROR_CHANNEL_CLOSED, ssh.LIBSSH2_ERROR_CHANNEL_EOF_SENT,
  ]))('test_channel_errors: %i', (errno, kind) => expect(libssh2Error(errno)).toBeInstanceOf(kind))

  test.each([
    [ssh.LIBSSH2_ERROR_REQUEST_DENIED, 'ERR_LIBSSH2_REQUEST_DENIED'], [ssh.LIBSSH2_ERROR_METHOD_NOT_SUPPORTED, 'ERR_LIBSSH2_METHOD_NOT_SUPPORTED'],
    [ssh.LIBSSH2_ERROR_INVAL, 'ERR_LIBSSH2_INVAL'], [ssh.LIBSSH2_ERROR_BUFFER_TOO_SMALL, 'ERR_LIBSSH2_BUFFER_TOO_SMALL'], [ssh.LIBSSH2_ERROR_BAD_USE, 'ERR_LIBSSH2_BAD_USE'],
  ])('test_request_errors: %i is %s', (errno, code) => expect(libssh2Error(errno).code).toBe(code))

  test('test_protocol_errors: also a number that is not known', () => {
    expect(libssh2Error(ssh.LIBSSH2_ERROR_SFTP_PROTOCOL)).toBeInstanceOf(ssh.SftpError)
    expect(libssh2Error(ssh.LIBSSH2_ERROR_COMPRESS).code).toBe('ERR_LIBSSH2_COMPRESS')
    expect(libssh2Error(-9999)).toMatchObject({ errno: -9999, code: 'ERR_LIBSSH2_UNKNOWN' })
  })
})

describe('EAGAIN', () => {
  const used = useSession()

  test('test_no_exceptions: is given back, not thrown', async () => {
    expect(used.session.openSession()).toBe(ssh.LIBSSH2_ERROR_EAGAIN)
    const channel = await untilDone(used.session, () => used.session.openSession())
    channel[Symbol.dispose]()
  })

  test('test_eagain_no_args, test_eagain_with_args: complete() repeats a call until it is done', async () => {
    let calls = 0
    const channel = await used.session.complete(() => {
      calls += 1
      return used.session.openSession()
    })
    expect(calls).toBeGreaterThan(1)
    channel[Symbol.dispose]()
  })

  test('test_eagain_no_args_no_call: what is done at once is not repeated', async () => {
    let calls = 0
    expect(await used.session.complete(() => ++calls)).toBe(1)
  })

  test('test_eagain_write, test_eagain_write_no_call: a write goes on until all of it is sent', async () => {
    const channel = await execute(used.session, 'wc -c')
    const data = new Uint8Array(5_000_000)
    expect((await used.session.complete(() => channel.write(data)))[1]).toBe(data.length)
    await used.session.complete(() => channel.sendEof())
    expect(text(await readAll(channel)).trim()).toBe('5000000')
  })

  test('test_eagain_read_error, test_eagain_write_error: an error ends the repetition', async () => {
    const channel = await execute(used.session, 'cat')
    await used.session.complete(() => channel.sendEof())
    await expect(used.session.complete(() => channel.write('late'))).rejects.toMatchObject({ errno: ssh.LIBSSH2_ERROR_CHANNEL_EOF_SENT })
  })
})
