import type { Ask } from '../../abort/deadline.ts'
import type { Session } from '../../bindings/session/session.ts'
import type { NewPasswordFunction } from '../../bindings/session/userauth.ts'
import type { Prompt, PromptRound } from '../../bindings/session/prompt-round.ts'
import { AuthenticationError, SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_ALGO_UNSUPPORTED, LIBSSH2_ERROR_METHOD_NONE } from '../../ffi/constants.gen.ts'

/** What a method of authentication works on. */
export interface AuthContext {
  readonly session: Session
  readonly username: string
  /** Fires when the attempt to connect is over: aborted, out of time, or because the server has hung up. */
  readonly signal: AbortSignal
  /** For what asks a person: `connectTimeout` stands still until there is an answer. */
  readonly ask: Ask
  /** Signatures with SHA-1 (`ssh-rsa`) may be made. */
  readonly legacyAlgorithms: boolean
}

/**
 * One way to authenticate; the client tries them in the order given, as long as the server still accepts their method (RFC 4252 section 5.1).
 * `publicKey`, `agent`, `password` and `keyboardInteractive` make one.
 */
export interface AuthMethod {
  /** Name of RFC 4252: `publickey`, `password`, `keyboard-interactive`, `none`. */
  readonly method: string
  /** Resolves if the server accepted; throws `AuthenticationError` if it refused, or asks for more (partial success). */
  authenticate(context: AuthContext): Promise<void>
}

/** Authenticates with a password. `options.newPassword` is asked when the server wants it changed. */
export function password(secret: string | (() => string | Promise<string>), options: { readonly newPassword?: NewPasswordFunction } = {}): AuthMethod {
  return {
    method: 'password',
    async authenticate({ session, username, signal, ask }) {
      const text = typeof secret === 'string' ? secret : await ask(secret)
      const { newPassword } = options
      await session.complete(() => session.userauthPassword(username, text, newPassword && ((prompt) => ask(() => newPassword(prompt)))), { signal })
    },
  }
}

/** Answers one round of prompts: a string for each, at once or when a person has typed them. `round` has the server's name for it and its instruction. */
export type RespondFunction = (prompts: readonly Prompt[], round: PromptRound) => readonly string[] | Promise<readonly string[]>

/** Answers the server's prompts (RFC 4256), in as many rounds as it asks; `respond` may take its time. */
export function keyboardInteractive(respond: RespondFunction): AuthMethod {
  return {
    method: 'keyboard-interactive',
    async authenticate({ session, username, signal, ask }) {
      await session.complete(() => session.userauthKeyboardInteractive(username, (round) => ask(() => respond(round.prompts, round))), { signal })
    },
  }
}

/**
 * Tries the methods one after another until the server is satisfied.
 * @throws AuthenticationError with the methods tried and those that the server would still accept; any other error as it comes.
 */
export async function authenticate(context: AuthContext, methods: readonly AuthMethod[]): Promise<void> {
  const { session, username } = context
  const tried: string[] = []
  const accepted = await session.complete(() => session.userauthList(username), { signal: context.signal })
  if (accepted === null) return
  let left: readonly string[] = accepted
  let last: unknown
  for (const method of methods) {
    if (!left.includes(method.method)) continue
    tried.push(method.method)
    try {
      await method.authenticate(context)
      return
    } catch (error) {
      context.signal.throwIfAborted()
      if (session.failure || !isRefusal(error)) throw error
      last = error
      left = session.userauthMethodsLeft()?.methods ?? left
    }
  }
  throw refusal(tried, left, methods, last)
}

/** The server said no, or has no algorithm that the key could use: another method may do better. */
function isRefusal(error: unknown): error is SSHError {
  return error instanceof AuthenticationError || (error instanceof SSHError && (error.errno === LIBSSH2_ERROR_METHOD_NONE || error.errno === LIBSSH2_ERROR_ALGO_UNSUPPORTED))
}

function refusal(tried: readonly string[], left: readonly string[], methods: readonly AuthMethod[], cause: unknown): AuthenticationError {
  const given = methods.length === 0 ? 'no method of authentication was given' : `tried: ${tried.join(', ') || 'none of those given'}`
  const why = cause instanceof SSHError ? `; the last error: ${cause.message}` : ''
  return new AuthenticationError(`authentication failed; ${given}; the server accepts: ${left.join(', ') || 'nothing'}${why}`,
    { code: 'ERR_AUTHENTICATION_FAILED', errno: -18, methodsTried: tried, methodsLeft: left, cause })
}
