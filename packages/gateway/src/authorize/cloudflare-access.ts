import { type Authorize, refuse } from '../policy/authorize.ts'
import { type Keys, refused, Verifier } from './jwt.ts'
import { userOf } from './oidc.ts'

export interface CloudflareAccessOptions {
  /** `https://TEAM.cloudflareaccess.com` */
  readonly team: string
  /** The application's audience tag. */
  readonly audience: string
  /** The keys, if the team's URL should not be queried. */
  readonly jwks?: Keys | undefined
}

/**
 * Accepts people who have logged in to Cloudflare Access, by its header, which only Access itself can sign. Users are named by their e-mail
 * address, service tokens by their name.
 */
export function cloudflareAccess({ team, audience, jwks }: CloudflareAccessOptions): Authorize {
  const issuer = new URL(team).origin
  if (typeof audience !== 'string' || audience === '') throw new TypeError('cloudflareAccess needs the audience tag of the application')
  const verifier = new Verifier(() => jwks ?? `${issuer}/cdn-cgi/access/certs`)
  return async ({ headers }) => {
    const assertion = headers['cf-access-jwt-assertion']
    if (assertion === undefined) return refuse('no assertion of Cloudflare Access')
    const claims = await verifier.verify(assertion, { issuer, audience, algorithms: ['RS256', 'ES256'], requiredClaims: ['exp'] })
    if (refused(claims)) return claims
    return userOf(claims, claims['email'] === undefined ? 'common_name' : 'email')
  }
}
