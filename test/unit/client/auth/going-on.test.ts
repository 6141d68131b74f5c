// What an error says about the login: whether the server refused, accepted and wants more, and whether another key may follow.
import { expect, test } from 'vitest'
import { goesOn, isPartialSuccess, isRefusal } from '../../../../src/client/auth/going-on.ts'
import { SSHError } from '../../../../src/errors/ssh-error.ts'
import type { MethodsLeft } from '../../../../src/bindings/session/userauth.ts'
import { expired, refused, scriptedSession, unverified } from './scripted-session.ts'

test.each<[name: string, error: unknown, refusal: boolean]>([
  ['a refused method', refused(), true],
  ['a refused signature', unverified(), true],
  ['an expired password', expired(), false],
  ['an error with the same number that is no answer of the server', new SSHError('x', { code: 'ERR_X', errno: refused().errno }), false],
  ['any other error', new Error('x'), false],
  ['nothing', undefined, false],
])('%s', (_, error, refusal) => {
  expect(isRefusal(error)).toBe(refusal)
  // Whatever the last list says: it belongs to a refusal alone.
  expect(isPartialSuccess({ session: scriptedSession({ left: { methods: [], partialSuccess: true } }) }, error)).toBe(refusal)
  expect(isPartialSuccess({ session: scriptedSession({ left: { methods: [], partialSuccess: false } }) }, error)).toBe(false)
  expect(isPartialSuccess({ session: scriptedSession({ left: null }) }, error)).toBe(false)
})

const { signal } = new AbortController()

test.each<[left: MethodsLeft | null, goes: boolean]>([
  [null, true], [{ methods: [], partialSuccess: false }, true], [{ methods: ['password', 'publickey'], partialSuccess: false }, true],
  [{ methods: ['password'], partialSuccess: false }, false], [{ methods: [], partialSuccess: true }, false], [{ methods: ['publickey'], partialSuccess: true }, false],
])('after a refusal that leaves %j another key may follow: %s', (left, goes) => {
  const session = scriptedSession({ left })
  expect(goesOn({ session, signal }, refused())).toBe(goes)
  // An error on this side says nothing about the server.
  expect(goesOn({ session, signal }, new Error('x'))).toBe(true)
  expect(goesOn({ session, signal: AbortSignal.abort() }, refused())).toBe(false)
  expect(goesOn({ session, signal: AbortSignal.abort() }, new Error('x'))).toBe(false)
})

test('nothing follows when the session has ended', async () => {
  const ended = new SSHError('hung up', { code: 'ERR_X' })
  const session = scriptedSession({ answers: [{ error: ended, ends: true }] })
  await expect(session.userauthPassword('user', 'x')).rejects.toBe(ended)
  expect(goesOn({ session, signal }, ended)).toBe(false)
})
