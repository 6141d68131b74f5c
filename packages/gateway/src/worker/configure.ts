/// Turns the bindings of a Worker into a policy.
import { cloudflareAccess } from '../authorize/cloudflare-access.ts'
import { oidc } from '../authorize/oidc.ts'
import { sharedTokens } from '../authorize/shared-tokens.ts'
import { tickets } from '../authorize/tickets.ts'
import type { Authorize } from '../policy/authorize.ts'
import { Gate } from '../policy/gate.ts'
import { checkedLimits, checkedResume, type GatewayLimits, type ResumeLimits } from '../policy/limits.ts'

/** The part of a Durable Object namespace that is used. */
export interface SessionNamespace {
  idFromName(name: string): unknown
  get(id: never): { fetch(request: Request): Promise<Response> }
}

export interface GatewayEnv {
  /** A secret: one token for everybody. One of this, tickets, OIDC or Access is required. */
  readonly GATEWAY_TOKEN?: string
  /** The public keys of tickets: a JWK set, or its URL; and the required `aud`. */
  readonly GATEWAY_TICKET_KEYS?: string
  readonly GATEWAY_TICKET_AUDIENCE?: string
  readonly GATEWAY_OIDC_ISSUER?: string
  readonly GATEWAY_OIDC_AUDIENCE?: string
  readonly GATEWAY_ACCESS_TEAM?: string
  readonly GATEWAY_ACCESS_AUDIENCE?: string
  /** The rules of the allow-list, separated by spaces. */
  readonly GATEWAY_ALLOW: string
  /** Origins, separated by spaces. Default: any. */
  readonly GATEWAY_ORIGINS?: string
  /** Some of GatewayLimits, as JSON. Limits on sessions count in each isolate. */
  readonly GATEWAY_LIMITS?: string
  /** Some of ResumeLimits, as JSON. */
  readonly GATEWAY_RESUME?: string
  /** A rate-limiting binding, which counts everywhere: queried with the client's address before anything else. */
  readonly GATEWAY_RATE?: { limit(key: { key: string }): Promise<{ success: boolean }> }
  /** The Durable Objects of `GatewaySession`. Without them sessions end with their WebSocket. */
  readonly GATEWAY_SESSIONS?: SessionNamespace
}

export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')

export const limitsOf = ({ GATEWAY_LIMITS }: GatewayEnv): GatewayLimits => checkedLimits(JSON.parse(GATEWAY_LIMITS ?? '{}') as Partial<GatewayLimits>)
export const resumeOf = ({ GATEWAY_RESUME }: GatewayEnv): ResumeLimits => checkedResume(JSON.parse(GATEWAY_RESUME ?? '{}') as Partial<ResumeLimits>)

export function gateOf(env: GatewayEnv): Gate {
  return new Gate({
    authorize: authorizeOf(env), allow: words(env.GATEWAY_ALLOW), limits: JSON.parse(env.GATEWAY_LIMITS ?? '{}') as Partial<GatewayLimits>,
    origins: env.GATEWAY_ORIGINS === undefined ? undefined : words(env.GATEWAY_ORIGINS),
  })
}

function authorizeOf(env: GatewayEnv): Authorize {
  const { GATEWAY_TOKEN, GATEWAY_TICKET_KEYS: keys, GATEWAY_TICKET_AUDIENCE: audience = '', GATEWAY_OIDC_ISSUER, GATEWAY_OIDC_AUDIENCE = '', GATEWAY_ACCESS_TEAM, GATEWAY_ACCESS_AUDIENCE = '' } = env
  const ways = [
    ...GATEWAY_TOKEN === undefined ? [] : [() => sharedTokens({ everybody: GATEWAY_TOKEN })],
    ...keys === undefined ? [] : [() => tickets({ jwks: keys.startsWith('{') ? JSON.parse(keys) as { keys: never[] } : keys, audience })],
    ...GATEWAY_OIDC_ISSUER === undefined ? [] : [() => oidc({ issuer: GATEWAY_OIDC_ISSUER, audience: GATEWAY_OIDC_AUDIENCE })],
    ...GATEWAY_ACCESS_TEAM === undefined ? [] : [() => cloudflareAccess({ team: GATEWAY_ACCESS_TEAM, audience: GATEWAY_ACCESS_AUDIENCE })],
  ]
  const [way] = ways
  if (!way || ways.length > 1) throw new TypeError('set exactly one of GATEWAY_TOKEN, GATEWAY_TICKET_KEYS, GATEWAY_OIDC_ISSUER, GATEWAY_ACCESS_TEAM')
  return way()
}
