// The message of a failed login, word for word: people read it first, and it must not show what a server or an agent puts into its names.
import { describe, expect, test } from 'vitest'
import { authenticationFailed } from '../../../../src/client/auth/authentication-failed.ts'
import { type AuthAttempt, AuthenticationError, SSHError } from '../../../../src/errors/ssh-error.ts'
import { LIBSSH2_ERROR_AUTHENTICATION_FAILED } from '../../../../src/ffi/constants.gen.ts'
import { expired, refused, unverified } from './scripted-session.ts'

const method = (name: string) => ({ method: name, authenticate: async () => {} })
const messageOf = (...attempts: readonly AuthAttempt[]) => authenticationFailed(attempts, ['publickey'], [method('publickey')], []).message
const key = { method: 'publickey', keyType: 'ssh-rsa', fingerprint: 'SHA256:x' } as const

describe('one step', () => {
  test.each<[attempt: AuthAttempt, words: string]>([
    [{ method: 'password', outcome: 'accepted' }, 'password (accepted)'],
    [{ method: 'password', outcome: 'partial', error: refused() }, 'password (accepted, but the server wants more)'],
    [{ method: 'password', outcome: 'refused' }, 'password (refused)'],
    [{ method: 'password', outcome: 'refused', error: refused() }, 'password (refused)'],
    [{ method: 'publickey', outcome: 'refused', error: unverified() }, 'publickey (refused)'],
    [{ method: 'password', outcome: 'refused', error: expired() }, 'password (the password has expired)'],
    [{ method: 'password', outcome: 'refused', error: new SSHError('ours', { code: 'ERR_OURS' }) }, 'password (refused)'],
    [{ method: 'password', outcome: 'refused', error: new Error('no number') }, 'password (refused)'],
    [{ method: 'publickey', outcome: 'failed', error: refused() }, 'publickey (refused)'],
    [{ method: 'publickey', outcome: 'failed', error: new Error('the agent is away') }, 'publickey (the agent is away)'],
    [{ method: 'publickey', outcome: 'failed' }, 'publickey (failed)'],
    [{ ...key, outcome: 'refused' }, 'publickey ssh-rsa SHA256:x (refused)'],
    [{ ...key, outcome: 'refused', algorithm: 'ssh-rsa' }, 'publickey ssh-rsa SHA256:x (refused)'],
    [{ ...key, outcome: 'refused', algorithm: 'rsa-sha2-512' }, 'publickey ssh-rsa SHA256:x by rsa-sha2-512 (refused)'],
    [{ ...key, outcome: 'refused', keyType: undefined }, 'publickey key SHA256:x (refused)'],
    [{ ...key, outcome: 'refused', keyType: 'a\u001b[2J' }, 'publickey a\\u{1b}[2J SHA256:x (refused)'],
    [{ ...key, outcome: 'refused', keyType: 'x'.repeat(81) }, `publickey ${'x'.repeat(80)}… SHA256:x (refused)`],
    [{ ...key, outcome: 'refused', keyType: 'x'.repeat(80) }, `publickey ${'x'.repeat(80)} SHA256:x (refused)`],
  ])('%# %o', (attempt, words) => {
    expect(messageOf(attempt)).toBe(`authentication failed; tried: ${words}; the server accepts: publickey`)
  })
})

test('a dozen steps are listed, the others are counted', () => {
  const steps = (count: number) => Array.from({ length: count }, () => ({ method: 'password', outcome: 'refused' as const }))
  const listed = Array(12).fill('password (refused)').join(', ')
  expect(messageOf(...steps(12))).toContain(`tried: ${listed};`)
  expect(messageOf(...steps(13))).toContain(`tried: ${listed}, 1 more;`)
  expect(authenticationFailed(steps(30), [], [], []).attempts).toHaveLength(30)
})

test('what was left out, and what the server takes', () => {
  expect(authenticationFailed([], [], [], []).message).toBe('authentication failed; no authentication method was given; the server accepts: nothing that it names')
  expect(authenticationFailed([], ['a\u001b', 'b', 'b'], [method('x')], [method('x'), method('y'), method('x')]).message)
    .toBe('authentication failed; tried: none of those given; not tried, because the server does not accept it now: x, y; the server accepts: a\\u{1b}, b')
})

test('its members', () => {
  const [first, second] = [new Error('first'), new Error('second')]
  const attempts: AuthAttempt[] = [{ method: 'publickey', outcome: 'failed', error: first }, { method: 'password', outcome: 'failed', error: second }, { method: 'none', outcome: 'refused' }]
  const error = authenticationFailed(attempts, ['hostbased'], [], [])
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error).toMatchObject({
    code: 'ERR_AUTHENTICATION_FAILED', errno: LIBSSH2_ERROR_AUTHENTICATION_FAILED, methodsTried: ['publickey', 'password', 'none'], methodsLeft: ['hostbased'], attempts, cause: second,
  })
})
