import { type Authorize, type Authorized, refuse } from '../policy/authorize.ts'
import { type Keys, refused, Verifier } from './jwt.ts'

export interface OidcOptions {
  /** `https://login.example`, as in the `iss` of its tokens; its keys are found by discovery. */
  readonly issuer: string
  /** The client id that tokens are issued for, or the name of this gateway as an API. */
  readonly audience: string
  /** The claim that names the user. Default `sub`. */
  readonly claim?: string | undefined
  /** The targets that a user with such a token may reach; by default all that the gateway allows. */
  readonly allow?: ((claims: Readonly<Record<string, unknown>>) => readonly string[] | undefined) | undefined
  /** The keys, to avoid discovery. */
  readonly jwks?: Keys | undefined
}

/** Tokens of an OpenID Connect provider, ID or access tokens that are JWTs. The token's expiry does not end the session: use `limits.lifeMs`, or `allow`. */
export function oidc({ issuer, audience, claim = 'sub', allow, jwks }: OidcOptions): Authorize {
  const url = new URL(issuer)
  if (url.protocol !== 'https:' && jwks === undefined && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) throw new TypeError('the issuer must be an https: URL')
  if (typeof audience !== 'string' || audience === '') throw new TypeError('oidc needs an audience')
  const verifier = new Verifier(() => jwks ?? discover(issuer))
  return async ({ credentials }) => {
    if (credentials === undefined) return refuse('no token')
    const claims = await verifier.verify(credentials, { issuer, audience, algorithms: OIDC_ALGORITHMS, requiredClaims: ['exp'] })
    if (refused(claims)) return claims
    return userOf(claims, claim, allow?.(claims))
  }
}

/** Only asymmetric algorithms: otherwise the public key could be taken for a shared secret. */
export const OIDC_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

export function userOf(claims: Readonly<Record<string, unknown>>, claim: string, allow?: readonly string[]): Authorized | ReturnType<typeof refuse> {
  const user = claims[claim]
  if (typeof user !== 'string' || user === '') return refuse(`no ${claim}`)
  return { user, ...(allow === undefined ? {} : { allow }) }
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(4000) })
  const found = await response.json() as { issuer?: unknown, jwks_uri?: unknown }
  if (!response.ok || found.issuer !== issuer || typeof found.jwks_uri !== 'string') throw new Error(`${issuer} does not publish its keys`)
  return found.jwks_uri
}
