import { AuthenticationError, SSHError } from '../../../../src/errors/ssh-error.ts'
import type { Session } from '../../../../src/bindings/session/session.ts'
import type { MethodsLeft, SignFunction } from '../../../../src/bindings/session/userauth.ts'
import {
  LIBSSH2_ERROR_ALGO_UNSUPPORTED, LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_METHOD_NONE, LIBSSH2_ERROR_PASSWORD_EXPIRED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED,
} from '../../../../src/ffi/constants.gen.ts'

/** The errors that the bindings throw while they authenticate. */
export const refused = () => new AuthenticationError('refused', { code: 'ERR_LIBSSH2_AUTHENTICATION_FAILED', errno: LIBSSH2_ERROR_AUTHENTICATION_FAILED })
export const unverified = () => new AuthenticationError('signature refused', { code: 'ERR_LIBSSH2_PUBLICKEY_UNVERIFIED', errno: LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED })
export const expired = () => new AuthenticationError('the password has expired', { code: 'ERR_LIBSSH2_PASSWORD_EXPIRED', errno: LIBSSH2_ERROR_PASSWORD_EXPIRED })
export const noMethod = () => new SSHError('no such method', { code: 'ERR_LIBSSH2_METHOD_NONE', errno: LIBSSH2_ERROR_METHOD_NONE })
export const noAlgorithm = () => new SSHError('no such algorithm', { code: 'ERR_LIBSSH2_ALGO_UNSUPPORTED', errno: LIBSSH2_ERROR_ALGO_UNSUPPORTED })

/** The server's answer to one request: it accepts (a key after its signature with the first algorithm, or the one that is named), or the call ends with `error`. */
export type Answer = 'accept' | { readonly signs: string, readonly error?: Error } | Failure

/** An error of a call: after a refusal, `left` is what the server then names; with `ends`, the session is over. */
export interface Failure {
  readonly error: unknown
  readonly left?: MethodsLeft | null
  readonly ends?: boolean
}

export interface ScriptedSession extends Session {
  /** `METHOD`, or `publickey ALGORITHMS`, for each request. */
  readonly requests: string[]
  readonly signatures: Uint8Array[]
  /** Text of all banners so far. */
  banner: string | null
}

export interface Script {
  readonly answers?: readonly Answer[]
  /** What `none` gives. */
  readonly list?: readonly string[] | null
  readonly left?: MethodsLeft | null
  readonly extensions?: Readonly<Record<string, string>>
  /** A session whose login ended, or that never logs in although a call succeeds. */
  readonly authenticates?: boolean
}

/**
 * A session whose every answer is written down: it stands in for the state that a server has between two requests (a refusal with this list, an end
 * of the connection at this moment), which `test/wild/login-*.test.ts` can only reach together with many others.
 */
export function scriptedSession({ answers = [], list = [], left = null, extensions = {}, authenticates = true }: Script = {}): ScriptedSession {
  const rest = [...answers]
  const state = { left, authenticated: false, failure: undefined as SSHError | undefined }
  const session = {
    requests: [] as string[],
    signatures: [] as Uint8Array[],
    banner: null as string | null,
    get failure() { return state.failure },
    complete: async (call: () => unknown) => call(),
    userauthList: (username: string) => { session.requests.push(`none ${username}`); return list },
    userauthMethodsLeft: () => state.left,
    userauthAuthenticated: () => state.authenticated,
    userauthBanner: () => session.banner,
    extensions: () => new Map(Object.entries(extensions).map(([name, value]) => [name, new TextEncoder().encode(value)])),
    firstExchange: () => null,
    async userauthPublickey(_username: string, _key: Uint8Array, sign: SignFunction, algorithms: readonly string[]) {
      session.requests.push(`publickey ${algorithms.join()}`)
      const answer = rest.shift()
      if (answer === 'accept' || answer !== undefined && 'signs' in answer) session.signatures.push(await sign(Uint8Array.of(1), answer === 'accept' ? algorithms[0]! : answer.signs))
      return settle(answer)
    },
    userauthPassword: async (_username: string, text: string, newPassword?: (prompt: string) => unknown) => {
      session.requests.push(`password ${text}${newPassword ? ` ${String(await newPassword('new?'))}` : ''}`)
      return settle(rest.shift())
    },
    userauthKeyboardInteractive: async (_username: string, respond: (round: { prompts: unknown[] }) => unknown) => {
      session.requests.push(`keyboard-interactive ${String(await respond({ prompts: ['prompt'] }))}`)
      return settle(rest.shift())
    },
  }
  function settle(answer: Answer | undefined): number {
    if (answer === undefined) throw new Error('the script has no answer to this request')
    if (answer === 'accept' || ('signs' in answer && answer.error === undefined)) {
      state.authenticated = authenticates
      return 0
    }
    if ('left' in answer) state.left = answer.left ?? null
    if ('ends' in answer && answer.ends) state.failure = answer.error as SSHError
    throw answer.error
  }
  return session as unknown as ScriptedSession
}

/** A server's refusal, with the methods that it names. */
export const refusal = (methods: readonly string[], partialSuccess = false, error: Error = refused()): Failure => ({ error, left: { methods, partialSuccess } })
