import { describe, expect, test } from 'vitest'
import * as constants from '../../../src/ffi/constants.gen.ts'
import { ERROR_NAMES } from '../../../src/errors/error-table.gen.ts'
import { libssh2Error } from '../../../src/errors/libssh2-error.ts'
import { AuthenticationError, ChannelError, DisconnectError, HostKeyError, SftpError, SSHError } from '../../../src/errors/ssh-error.ts'

const numbers = Object.entries(constants).filter(([name]) => name.startsWith('LIBSSH2_ERROR_')) as [string, number][]

describe('libssh2Error', () => {
  /** libssh2's older names of two numbers. */
  const ALIASES: Readonly<Record<string, string>> = { BANNER_NONE: 'BANNER_RECV', PUBLICKEY_UNRECOGNIZED: 'AUTHENTICATION_FAILED' }

  test.each(numbers)('%s has its name in the code', (name, errno) => {
    const rest = name.replace('LIBSSH2_ERROR_', '')
    expect(libssh2Error(errno).code).toBe(`ERR_LIBSSH2_${ALIASES[rest] ?? rest}`)
  })

  test.each([
    [-7, DisconnectError], [-13, DisconnectError], [-43, DisconnectError],
    [-10, HostKeyError], [-11, HostKeyError],
    [-15, AuthenticationError], [-18, AuthenticationError], [-19, AuthenticationError],
    [-20, ChannelError], [-21, ChannelError], [-22, ChannelError], [-26, ChannelError], [-27, ChannelError],
    [-31, SftpError], [-9, SSHError],
  ])('%i is a %o', (errno, kind) => {
    const error = libssh2Error(errno, 'what happened')
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject({ errno, message: 'what happened', name: kind.name === 'SSHError' ? 'SSHError' : kind.name })
  })

  test('without a message says the name of the number', () => {
    expect(libssh2Error(-43).message).toBe('LIBSSH2_ERROR_SOCKET_RECV')
  })

  test('of a number that libssh2 does not have is still an SSHError', () => {
    expect(libssh2Error(-999)).toMatchObject({ code: 'ERR_LIBSSH2_UNKNOWN', errno: -999 })
  })

  test('keeps the cause', () => {
    const cause = new Error('ECONNRESET')
    expect(libssh2Error(-43, 'the transport failed', { cause }).cause).toBe(cause)
  })

  test('codes are unique, except the two numbers that libssh2 uses twice', () => {
    expect(new Set(ERROR_NAMES).size).toBe(ERROR_NAMES.length)
    expect(ERROR_NAMES).not.toContain('')
  })
})
