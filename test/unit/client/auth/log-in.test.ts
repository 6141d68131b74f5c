// The order of the methods, and which errors are a step of the login and which are its end.
import { describe, expect, test, vi } from 'vitest'
import type { AuthMethod } from '../../../../src/client/auth/authenticate.ts'
import { keyboardInteractive, password } from '../../../../src/client/auth/authenticate.ts'
import { logIn } from '../../../../src/client/auth/log-in.ts'
import { AuthenticationError, SSHError } from '../../../../src/errors/ssh-error.ts'
import { expired, noAlgorithm, noMethod, refusal, refused, type Script, scriptedSession } from './scripted-session.ts'

/** A method that writes its name down when its turn comes, and then does as it is told. */
function methodThat(turns: string[], name: string, act: () => unknown, manyKeys?: boolean): AuthMethod {
  return { method: 'publickey', ...manyKeys === undefined ? {} : { manyKeys }, authenticate: async () => { turns.push(name); await act() } }
}

function start(script: Script, methods: readonly AuthMethod[], { signal = new AbortController().signal, beforeMethod = undefined as (() => void) | undefined } = {}) {
  const session = scriptedSession(script)
  const ask = (async (question: () => unknown) => question()) as never
  return { session, result: logIn({ session, username: 'user', signal, ask, legacyAlgorithms: false, ...beforeMethod && { beforeMethod } }, methods) }
}
const failureOf = async (result: Promise<unknown>) => result.then(() => { throw new Error('it has logged in') }, (reason: unknown) => reason as AuthenticationError)

test('none alone lets the user in', async () => {
  const { session, result } = start({ list: null }, [password('x')])
  expect(await result).toEqual({ method: 'none', outcome: 'accepted', before: [] })
  expect(session.requests).toEqual(['none user'])
})

describe('the order of the methods', () => {
  const NAMED = { named: undefined, agent: true, other: false } as const
  const order = async (...names: readonly string[]) => {
    const turns: string[] = []
    const methods = names.map((name) => {
      const kind = name.replace(/\d/, '')
      return kind === 'password' ? { method: 'password', authenticate: async () => { turns.push(name); throw refused() } } : methodThat(turns, name, () => { throw refused() }, NAMED[kind as keyof typeof NAMED])
    })
    await failureOf(start({}, methods).result)
    return turns
  }
  test.each([
    [['agent', 'named'], ['named', 'agent']],
    [['agent', 'other'], ['other', 'agent']],
    [['named', 'agent'], ['named', 'agent']],
    [['agent', 'password', 'named', 'password2'], ['password', 'named', 'agent', 'password2']],
    [['agent1', 'named1', 'agent2', 'named2', 'agent3'], ['named1', 'named2', 'agent1', 'agent2', 'agent3']],
    [['agent', 'password'], ['agent', 'password']],
    [['password', 'agent1', 'agent2'], ['password', 'agent1', 'agent2']],
    [[], []],
  ])('%j: %j', async (given, taken) => {
    expect(await order(...given)).toEqual(taken)
  })

  test('what the server does not accept waits, and is told of', async () => {
    const { session, result } = start({ list: ['password'], answers: [refusal(['keyboard-interactive']), refusal(['password'])] }, [keyboardInteractive(() => ['y']), password('x'), { method: 'hostbased', authenticate: async () => {} }])
    const error = await failureOf(result)
    expect(session.requests).toEqual(['none user', 'password x', 'keyboard-interactive y'])
    expect(error).toMatchObject({ methodsTried: ['password', 'keyboard-interactive'], methodsLeft: ['password'] })
    expect(error.message).toContain('not tried, because the server does not accept it now: hostbased')
  })

  test('an empty list and a refusal without a list say nothing', async () => {
    const { session, result } = start({ list: [], answers: [{ error: refused(), left: null }, 'accept'] }, [password('x'), password('y')])
    expect(await result).toEqual({ method: 'password', outcome: 'accepted', before: [] })
    expect(session.requests).toEqual(['none user', 'password x', 'password y'])
  })
})

describe('partial success', () => {
  test('starts over with what the server then wants', async () => {
    const { session, result } = start({ list: ['password'], answers: [refusal(['keyboard-interactive'], true), refusal(['password'], true), 'accept'] }, [password('x'), keyboardInteractive(() => ['y'])])
    expect(await result).toMatchObject({ method: 'password', outcome: 'accepted', before: [{ method: 'password', outcome: 'partial' }, { method: 'keyboard-interactive', outcome: 'partial' }] })
    expect(session.requests).toEqual(['none user', 'password x', 'keyboard-interactive y', 'password x'])
  })

  test('only what was accepted in part comes before', async () => {
    const { result } = start({ answers: [refusal(['password']), refusal(['password'], true), 'accept'] }, [password('x'), password('y')])
    expect((await result).before).toMatchObject([{ method: 'password', outcome: 'partial' }])
  })

  test('ten times, and not once more', async () => {
    const partial = refusal(['password'], true)
    const { session, result } = start({ answers: [...Array<typeof partial>(10).fill(partial), 'accept'] }, [password('x')])
    expect((await result).before).toHaveLength(10)
    expect(session.requests).toHaveLength(12)
    const endless = start({ answers: Array<typeof partial>(20).fill(partial) }, [password('x'), { method: 'hostbased', authenticate: async () => {} }])
    const error = await failureOf(endless.result)
    expect(error).toMatchObject({ code: 'ERR_AUTHENTICATION_FAILED', attempts: { length: 11 } })
    expect(error.message).not.toContain('not tried')
  })
})

describe('an error of a method', () => {
  const declined = new Error('declined')
  /** Whether the next method still gets its turn, by the kind of the method that fails. */
  test.each<[name: string, error: Error, publickey: boolean, password: boolean, outcome: string]>([
    ['a refusal', refused(), true, true, 'refused'],
    ['another answer of the server', expired(), true, true, 'failed'],
    ['a method that this build does not have', noMethod(), true, true, 'failed'],
    ['an algorithm that this build does not have', noAlgorithm(), true, true, 'failed'],
    ['another error of ours', new SSHError('x', { code: 'ERR_X', errno: -1 }), true, false, 'failed'],
    ['an error of a person\'s function', declined, true, false, 'failed'],
  ])('%s', async (_, error, publickey, other, outcome) => {
    for (const [method, goes] of [['publickey', publickey], ['password', other]] as const) {
      const { result } = start({ answers: ['accept'] }, [{ method, authenticate: async () => { throw error } }, password('x')])
      if (goes) expect(await result).toMatchObject({ method: 'password', outcome: 'accepted', before: [] })
      else await expect(result).rejects.toBe(error)
      const { attempts } = goes ? await failureOf(start({ answers: [refusal([])] }, [{ method, authenticate: async () => { throw error } }, password('x')]).result) : { attempts: [] }
      if (goes) expect(attempts).toMatchObject([{ method, outcome, error }, { method: 'password', outcome: 'refused' }])
    }
  })

  test('what is no error is one in the list', async () => {
    const { result } = start({}, [{ method: 'publickey', authenticate: async () => { throw 'only text' } }])
    expect((await failureOf(result)).attempts).toMatchObject([{ outcome: 'failed', error: new Error('only text') }])
  })

  test('one that a key has recorded is there once', async () => {
    const { result } = start({ answers: [refusal(['publickey'])] }, [{
      method: 'publickey', authenticate: (context) => context.offerKey({ publicKey: new Uint8Array(4), algorithms: ['a'], sign: async () => new Uint8Array() }),
    }])
    expect((await failureOf(result)).attempts).toMatchObject([{ method: 'publickey', outcome: 'refused', keyType: '' }])
  })

  test('the end of the session is the end of the login', async () => {
    const ended = new AuthenticationError('gone', { code: 'ERR_X' })
    const { session, result } = start({ answers: [{ error: ended, ends: true }, 'accept'] }, [password('x'), password('y')])
    await expect(result).rejects.toBe(ended)
    expect(session.requests).toEqual(['none user', 'password x'])
  })

  test('an abort is, too, whatever the method says', async () => {
    const abort = new AbortController(), reason = new Error('enough')
    const { result } = start({ answers: ['accept'] }, [{ method: 'publickey', authenticate: async () => { abort.abort(reason); throw refused() } }, password('x')], { signal: abort.signal })
    await expect(result).rejects.toBe(reason)
  })
})

test('a method that ends before the server has accepted has failed: with a key it is a step, otherwise the end', async () => {
  const error = (method: string) => ({ name: 'SSHError', code: 'ERR_AUTHENTICATION_FAILED', message: `the method ${method} ended before the server accepted` })
  const { result } = start({}, [{ method: 'publickey', authenticate: async () => {} }])
  expect((await failureOf(result)).attempts).toMatchObject([{ method: 'publickey', outcome: 'failed', error: error('publickey') }])
  await expect(start({ answers: ['accept'], authenticates: false }, [password('x'), password('y')]).result).rejects.toMatchObject(error('password'))
})

test('an accepted key says which one it was', async () => {
  const { result } = start({ answers: ['accept'] }, [{
    method: 'publickey', authenticate: (context) => context.offerKey({ publicKey: new Uint8Array(4), algorithms: ['a'], sign: async () => new Uint8Array() }),
  }])
  expect(await result).toMatchObject({ method: 'publickey', outcome: 'accepted', keyType: '', algorithm: 'a', before: [] })
})

test('banners are asked for before each method and before it fails, and the end closes what was opened', async () => {
  const beforeMethod = vi.fn(), close = vi.fn()
  const { result } = start({ answers: [refusal([])] }, [{ method: 'publickey', authenticate: async (context) => { context.atEnd(close); throw refused() } }, password('x')], { beforeMethod })
  await failureOf(result)
  expect([beforeMethod.mock.calls.length, close.mock.calls.length]).toEqual([3, 1])
})
