import { AuthenticationError, type AuthAttempt, SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_ALGO_UNSUPPORTED, LIBSSH2_ERROR_METHOD_NONE } from '../../ffi/constants.gen.ts'
import { authenticationFailed } from './authentication-failed.ts'
import type { AuthContext, AuthMethod } from './authenticate.ts'
import { isPartialSuccess, isRefusal } from './going-on.ts'
import { asError, KeyOffers } from './key-offers.ts'

export { bannerFeed } from './banner-feed.ts'

/** How a login succeeded. */
export interface AuthenticatedBy extends AuthAttempt {
  /** What the server had accepted before, if it wanted more than one method. */
  readonly before: readonly AuthAttempt[]
}

export interface LoginOptions extends Pick<AuthContext, 'session' | 'username' | 'signal' | 'ask' | 'legacyAlgorithms'> {
  /** Called before each method, and when there are none left, since the server may have sent a banner. */
  readonly beforeMethod?: () => void
}

/** Servers ask for two or three methods in a row; this limit stops a server that is never satisfied. */
const MOST_PARTIAL_SUCCESSES = 10

/**
 * Tries the methods as `ssh` does, until the server is satisfied. It takes the first untried method that the server would accept. After a partial success
 * it starts over with the methods that the server then wants, offering each key once. A method that fails on this side counts as a refused step.
 * @throws AuthenticationError with each method and key tried; the signal's reason; the error that ended the session; any error of a password
 * or prompt function
 */
export async function logIn({ beforeMethod, ...options }: LoginOptions, methods: readonly AuthMethod[]): Promise<AuthenticatedBy> {
  const { session, username, signal } = options
  using login = new KeyOffers(options)
  const { attempts } = login
  const accepted = await session.complete(() => session.userauthList(username), { signal })
  if (accepted === null) return { method: 'none', outcome: 'accepted', before: [] }
  // An empty list says nothing, so the server is asked.
  let left: readonly string[] = accepted
  const order = namedKeysFirst(methods)
  let untried = [...order]
  for (let partial = 0; ;) {
    beforeMethod?.()
    const next = untried.find(({ method }) => left.length === 0 || left.includes(method))
    if (!next) throw authenticationFailed(attempts, left, methods, untried)
    untried = untried.filter((method) => method !== next)
    const { outcome } = await step(login, next)
    if (outcome === 'accepted') return { ...attempts.at(-1)!, before: attempts.filter((attempt) => attempt.outcome === 'partial') }
    left = session.userauthMethodsLeft()?.methods ?? left
    if (outcome !== 'partial') continue
    if (++partial > MOST_PARTIAL_SUCCESSES) throw authenticationFailed(attempts, left, methods, [])
    untried = [...order]
  }
}

/** Servers allow some six attempts, and an agent may hold more keys, so explicitly named keys go before it. The other methods keep their order. */
function namedKeysFirst(methods: readonly AuthMethod[]): AuthMethod[] {
  const last = methods.findLastIndex(({ method, manyKeys }) => method === 'publickey' && !manyKeys)
  const early = methods.filter(({ manyKeys }, index) => manyKeys && index < last)
  const rest = methods.filter((method) => !early.includes(method))
  rest.splice(rest.indexOf(methods[last]!) + 1, 0, ...early)
  return rest
}

/** Runs one method to its end, and throws if the error ends the whole login. */
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

/** Any failure of a key or an agent is a step of the login. For a method that asks a person, only the server's answer is: if the person declines, the login ends. */
function isStep({ method }: AuthMethod, error: unknown): boolean {
  if (method === 'publickey' || error instanceof AuthenticationError) return true
  return error instanceof SSHError && (error.errno === LIBSSH2_ERROR_METHOD_NONE || error.errno === LIBSSH2_ERROR_ALGO_UNSUPPORTED)
}
