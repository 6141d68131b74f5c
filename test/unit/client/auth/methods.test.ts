// The methods that callers name: what they check at once, and what they ask of the session when their turn comes.
import { describe, expect, test } from 'vitest'
import { agent } from '../../../../src/client/auth/agent.ts'
import { type AuthContext, type AuthMethod, checkContext, keyboardInteractive, password } from '../../../../src/client/auth/authenticate.ts'
import { publicKey } from '../../../../src/client/auth/public-key.ts'
import { type ScriptedSession, scriptedSession } from './scripted-session.ts'

/** What the methods use of the context of `connect()`; `asked` counts the questions to a person. */
function contextOf(session: ScriptedSession) {
  const asked: string[] = []
  const context = {
    session, username: 'user', signal: new AbortController().signal, legacyAlgorithms: false,
    ask: async (question: () => unknown) => { asked.push('asked'); return question() },
    offerKey: async () => {}, atEnd: () => {}, note: () => {}, wasOffered: () => false, preferKey: () => {}, isPreferred: () => false,
  } as unknown as AuthContext
  return { context, asked }
}

describe('password', () => {
  test.each<[name: string, method: AuthMethod, request: string, questions: number]>([
    ['a text', password('secret'), 'password secret', 0],
    ['a question', password(() => 'typed'), 'password typed', 1],
    ['a slow question', password(async () => 'typed'), 'password typed', 1],
    ['a new one', password('old', { newPassword: (prompt) => `to ${prompt}` }), 'password old to new?', 1],
  ])('%s', async (_, method, request, questions) => {
    const session = scriptedSession({ answers: ['accept'] }), { context, asked } = contextOf(session)
    expect(method).toMatchObject({ method: 'password' })
    expect(method.manyKeys).toBeUndefined()
    await method.authenticate(context)
    expect([session.requests, asked.length]).toEqual([[request], questions])
  })
})

test('keyboard-interactive asks a person each round', async () => {
  const session = scriptedSession({ answers: ['accept'] }), { context, asked } = contextOf(session)
  const method = keyboardInteractive((prompts, round) => [`${prompts.map(String).join()} of ${round.prompts.length}`])
  expect(method.method).toBe('keyboard-interactive')
  await method.authenticate(context)
  expect([session.requests, asked.length]).toEqual([['keyboard-interactive prompt of 1'], 1])
})

describe('arguments', () => {
  const anything = (value: unknown) => value as never
  test.each<[name: string, make: () => unknown, message: RegExp]>([
    ['password: options', () => password('x', anything('y')), /options must be an object/],
    ['password: newPassword', () => password('x', { newPassword: anything('y') }), /newPassword must be a function/],
    ['agent: options', () => agent(undefined, anything('y')), /options must be an object/],
    ['agent: filter', () => agent(undefined, { filter: anything('y') }), /filter must be a function/],
    ['publicKey: options', () => publicKey('x', anything('y')), /options must be an object/],
    ['publicKey: a Promise', () => publicKey(anything(Promise.resolve('x'))), /needs a private key, not a Promise: await it first$/],
    ['publicKey: nothing', () => publicKey(anything(undefined)), /needs a private key, not undefined: is the variable set\?$/],
    ['publicKey: null', () => publicKey(anything(null)), /needs a private key, not null: is the variable set\?$/],
    ['publicKey: a number', () => publicKey(anything(5)), /needs a private key, not 5: is the variable set\?$/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  test('right ones', () => {
    expect(publicKey('any text, which is read later')).toMatchObject({ method: 'publickey' })
    expect(publicKey('x').manyKeys).toBeUndefined()
    expect(publicKey(new Uint8Array())).toMatchObject({ method: 'publickey' })
    expect(agent(undefined, { filter: () => true })).toMatchObject({ method: 'publickey', manyKeys: true })
  })

  const parts = [[], ['session', 'complete'], ['ask'], ['offerKey'], ['atEnd']] as const
  test.each(parts)('a context without %s %s is none', async (...path) => {
    const { context } = contextOf(scriptedSession({ answers: ['accept'] }))
    const [part, inner] = path as readonly string[]
    const broken = part === undefined ? undefined : inner === undefined ? { ...context, [part]: undefined } : { ...context, session: { [inner]: undefined } }
    const wrong = { name: 'TypeError', message: expect.stringContaining('the context of authenticate() must be that which connect() gives') as string }
    for (const method of [password('x'), keyboardInteractive(() => []), publicKey('x'), agent()]) await expect(method.authenticate(broken as never)).rejects.toMatchObject(wrong)
  })

  test('a whole context is given back', () => {
    const { context } = contextOf(scriptedSession())
    expect(checkContext(context)).toBe(context)
  })
})
