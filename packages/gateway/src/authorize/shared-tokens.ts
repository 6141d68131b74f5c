import { type Authorize, type Authorized, refuse } from '../policy/authorize.ts'
import { sameSecret } from '../policy/same-secret.ts'

/** The fewest characters of a token. */
const SHORTEST = 16

/** One token: its text, and what its users may do. */
export interface SharedToken extends Partial<Pick<Authorized, 'allow' | 'sessions'>> {
  readonly token: string
}

/**
 * Accepts clients with one of these tokens: for a few people or services that you trust. Issue tickets that expire where you can.
 * @param tokens by the name that logs and limits use for the token's users
 * @throws TypeError for a token of fewer than 16 characters.
 */
export function sharedTokens(tokens: Readonly<Record<string, string | SharedToken>>): Authorize {
  const known = Object.entries(tokens).map(([user, value]) => ({ user, ...(typeof value === 'string' ? { token: value } : value) }))
  if (known.length === 0) throw new TypeError('sharedTokens needs at least one token')
  for (const { user, token } of known) {
    if (typeof token !== 'string' || token.length < SHORTEST) throw new TypeError(`the token of ${user} needs at least ${SHORTEST} characters`)
  }
  return async ({ credentials }) => {
    if (credentials === undefined) return refuse('no token')
    // Compares all of them, so that the time does not reveal which one matched.
    const same = await Promise.all(known.map(({ token }) => sameSecret(credentials, token)))
    const found = known[same.indexOf(true)]
    if (!found) return refuse('wrong token')
    const { user, allow, sessions } = found
    return { user, allow, sessions }
  }
}
