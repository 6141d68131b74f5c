import { AuthenticationError, type AuthAttempt, SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_ALGO_UNSUPPORTED, LIBSSH2_ERROR_METHOD_NONE } from '../../ffi/constants.gen.ts'
import { authenticationFailed } from './authentication-failed.ts'
import type { AuthContext, AuthMethod } from './authenticate.ts'
import { isPartialSuccess, isRefusal } from './going-on.ts'
import { asError, KeyOffers } from './key-offers.ts'

/** How a login went. */
export interface AuthenticatedBy extends AuthAttempt {
  /** What the server had accepted before, where it wanted more than one. */
  readonly before: readonly AuthAttempt[]
}

export interface LoginOptions extends Pick<AuthContext, 'session' | 'username' | 'signal' | 'ask' | 'legacyAlgorithms'> {
  /** Called before each method: the server may have said something for people. */
  readonly beforeMethod?: () => void
}

/** Servers ask for two or three in a row; one that is never satisfied is not asked for ever. */
const MOST_PARTIAL_SUCCESSES = 10

/**
 * Goes through the methods as `ssh` does, until the server is satisfied: of those not tried yet the first that the server would accept; after a partial
 * success from the beginning, with what the server then wants, each key once. A method that fails on this side is a step like a refused one.
 * @throws AuthenticationError with each method and key tried; the signal's reason; what ended the session; what a password or prompt function throws
 */
export async function logIn({ beforeMethod, ...options }: LoginOptions, methods: readonly AuthMethod[]): Promise<AuthenticatedBy> {
  const { session, username, signal } = options
  using login = new KeyOffers(options)
  const { attempts } = login
  const accepted = await session.complete(() => session.userauthList(username), { signal })
  if (accepted === null) return { method: 'none', outcome: 'accepted', before: [] }
  // An empty list says nothing: the server is asked.
  let left: readonly string[] = accepted
  const order = namedKeysFirst(methods)
  let untried = [...order]
  for (let partial = 0; ;) {
    const next = untried.find(({ method }) => left.length === 0 || left.includes(method))
    if (!next) throw authenticationFailed(attempts, left, methods, untried)
    untried = untried.filter((method) => method !== next)
    beforeMethod?.()
    const { outcome } = await step(login, next)
    if (outcome === 'accepted') return { ...attempts.at(-1)!, before: attempts.filter((attempt) => attempt.outcome === 'partial') }
    left = session.userauthMethodsLeft()?.methods ?? left
    if (outcome !== 'partial') continue
    if (++partial > MOST_PARTIAL_SUCCESSES) throw authenticationFailed(attempts, left, methods, [])
    untried = [...order]
  }
}

/** Servers allow some six attempts, and an agent may hold more keys: those that were named come before it, the rest stays as it was given. */
function namedKeysFirst(methods: readonly AuthMethod[]): AuthMethod[] {
  const last = methods.findLastIndex(({ method, manyKeys }) => method === 'publickey' && !manyKeys)
  const early = methods.filter(({ manyKeys }, index) => manyKeys && index < last)
  const rest = methods.filter((method) => !early.includes(method))
  rest.splice(rest.indexOf(methods[last]!) + 1, 0, ...early)
  return last < 0 ? [...methods] : rest
}

/** Runs one method to its end. What ends the login altogether is thrown. */
async function step(login: KeyOffers, method: AuthMethod): Promise<AuthAttempt> {
  const { session, signal, attempts } = login
  const before = attempts.length
  try {
    await method.authenticate(login)
    if (!session.userauthAuthenticated()) throw new SSHError(`the method ${method.method} ended before the server accepted`, { code: 'ERR_AUTHENTICATION_FAILED' })
    if (attempts.length === before) attempts.push({ method: method.method, outcome: 'accepted' })
  } catch (error) {
    signal.throwIfAborted()
    if (session.failure || !isStep(method, error)) throw error
    if (!login.isRecorded(error)) {
      const outcome = isPartialSuccess(login, error) ? 'partial' : isRefusal(error) ? 'refused' : 'failed'
      attempts.push({ method: method.method, outcome, error: asError(error) })
    }
  }
  return attempts.at(-1)!
}

/** Whatever goes wrong with a key or an agent is a step of the login. Of what people are asked, only the server's answer is: who refuses to type ends it. */
function isStep({ method }: AuthMethod, error: unknown): boolean {
  if (method === 'publickey' || error instanceof AuthenticationError) return true
  return error instanceof SSHError && (error.errno === LIBSSH2_ERROR_METHOD_NONE || error.errno === LIBSSH2_ERROR_ALGO_UNSUPPORTED)
}
