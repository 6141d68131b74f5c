import { type AuthAttempt, AuthenticationError, SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_AUTHENTICATION_FAILED } from '../../ffi/constants.gen.ts'
import { printable } from '../../errors/printable.ts'
import type { AuthMethod } from './authenticate.ts'

/** The most keys that a message lists; `attempts` has them all. */
const MOST_LISTED = 12

/** The error that ends a login: which methods and keys were tried, how each attempt ended, and what was left out and why. */
export function authenticationFailed(attempts: readonly AuthAttempt[], left: readonly string[], methods: readonly AuthMethod[], untried: readonly AuthMethod[]): AuthenticationError {
  const listed = attempts.slice(0, MOST_LISTED).map(describe)
  if (attempts.length > listed.length) listed.push(`${attempts.length - listed.length} more`)
  const parts = [
    methods.length === 0 ? 'no authentication method was given' : `tried: ${listed.join(', ') || 'none of those given'}`,
    ...untried.length > 0 ? [`not tried, because the server does not accept it now: ${names(untried.map(({ method }) => method))}`] : [],
    `the server accepts: ${names(left) || 'nothing that it names'}`,
  ]
  return new AuthenticationError(`authentication failed; ${parts.join('; ')}`, {
    code: 'ERR_AUTHENTICATION_FAILED', errno: LIBSSH2_ERROR_AUTHENTICATION_FAILED,
    methodsTried: attempts.map(({ method }) => method), methodsLeft: left, attempts, cause: attempts.findLast(({ error }) => error)?.error,
  })
}

function describe({ method, keyType, fingerprint, algorithm, outcome, error }: AuthAttempt): string {
  const key = fingerprint === undefined ? '' : ` ${printableName(keyType ?? 'key')} ${fingerprint}`
  const by = algorithm === undefined || algorithm === keyType ? '' : ` by ${algorithm}`
  return `${method}${key}${by} (${outcome === 'failed' || !saysRefusal(error) ? error?.message ?? outcome : OUTCOMES[outcome]})`
}

const OUTCOMES = { accepted: 'accepted', partial: 'accepted, but the server wants more', refused: 'refused' }

/** Whether libssh2's message only says that the server refused. For an expired password, for example, it says more. */
function saysRefusal(error: Error | undefined): boolean {
  return error === undefined || !(error instanceof SSHError) || error.errno === 0 || /AUTHENTICATION_FAILED|PUBLICKEY_UNVERIFIED/.test(error.code)
}

function names(list: readonly string[]): string {
  return [...new Set(list)].map(printableName).join(', ')
}

/** Names come from servers and agents, and terminals show the errors. */
const printableName = (name: string) => printable(name, 80)
