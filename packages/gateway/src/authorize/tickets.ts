import { type Authorize, refuse } from '../policy/authorize.ts'
import { type Keys, refused, untilOf, Verifier } from './jwt.ts'
import { UsedOnce } from './used-once.ts'

/** Allowed signature algorithms of a ticket. */
export const TICKET_ALGORITHMS = ['EdDSA', 'ES256']
/** The longest life of a ticket in seconds: it is for one connection that is opened now. */
export const TICKET_SECONDS = 60

export interface TicketsOptions {
  /** Public keys of your backend: a JWK set, or its URL. */
  readonly jwks: Keys
  /** The required `aud`: the name of this gateway. */
  readonly audience: string
  /** The required `iss`, if it matters. */
  readonly issuer?: string | undefined
}

/**
 * Tickets that your backend signs (`mintTicket`): a JWT with EdDSA or ES256, `aud`, `sub` (the user), `exp` at most 60 seconds from `iat`, a
 * `jti` that works once, and optionally
 * `tgt` (rules that narrow the gateway's) and `ses` (seconds that the session may last). Only this process knows which tickets were used.
 */
export function tickets({ jwks, audience, issuer }: TicketsOptions): Authorize {
  if (typeof audience !== 'string' || audience === '') throw new TypeError('tickets needs an audience: the name of this gateway in the `aud` of tickets')
  const verifier = new Verifier(() => jwks)
  const used = new UsedOnce()
  return async ({ credentials }) => {
    if (credentials === undefined) return refuse('no ticket')
    const payload = await verifier.verify(credentials, { algorithms: TICKET_ALGORITHMS, audience, requiredClaims: ['sub', 'exp', 'iat', 'jti'], ...(issuer === undefined ? {} : { issuer }) })
    if (refused(payload)) return payload
    const { sub, exp, iat, jti, tgt, ses } = payload
    if (typeof sub !== 'string' || sub === '' || typeof jti !== 'string' || jti === '') return refuse('no user')
    if ((exp as number) - (iat as number) > TICKET_SECONDS) return refuse(`lives longer than ${TICKET_SECONDS} seconds`)
    if (tgt !== undefined && !(Array.isArray(tgt) && tgt.every((rule) => typeof rule === 'string'))) return refuse('tgt is not a list of rules')
    if (!used.use(jti, ((exp as number) + TICKET_SECONDS) * 1000)) return refuse('used before')
    return { user: sub, ...(tgt === undefined ? {} : { allow: tgt as string[] }), ...untilOf(ses) }
  }
}
