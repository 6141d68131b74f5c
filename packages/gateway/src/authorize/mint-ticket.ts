import type { CryptoKey, JWK } from 'jose'
import { AllowList } from '../policy/targets.ts'
import { TICKET_ALGORITHMS, TICKET_SECONDS } from './tickets.ts'

export interface MintTicketOptions {
  /** The private key: a JWK with `alg` EdDSA or ES256, or a CryptoKey of one of them. */
  readonly key: JWK | CryptoKey
  /** Which of the gateway's keys it is; a JWK's own `kid` by default. */
  readonly kid?: string | undefined
  readonly audience: string
  readonly issuer?: string | undefined
  readonly user: string
  /** Rules that narrow the gateway's: `['db1.example:22']`. */
  readonly targets?: readonly string[] | undefined
  /** Seconds that the session may last. Default: the gateway's limit. */
  readonly sessionSeconds?: number | undefined
  /** Seconds that the ticket itself is valid, at most 60. Default 30. */
  readonly seconds?: number | undefined
}

/** A ticket for one connection, for backends: a page presents it to a gateway with `tickets(…)`. @throws TypeError for values that no gateway would accept. */
export async function mintTicket({ key, kid, audience, issuer, user, targets, sessionSeconds, seconds = 30 }: MintTicketOptions): Promise<string> {
  const { SignJWT, importJWK } = await import('jose')
  if (!(seconds > 0 && seconds <= TICKET_SECONDS)) throw new TypeError(`a ticket is valid for at most ${TICKET_SECONDS} seconds`)
  if (typeof user !== 'string' || user === '') throw new TypeError('a ticket needs a user')
  if (typeof audience !== 'string' || audience === '') throw new TypeError('a ticket needs an audience: the name of the gateway')
  if (targets) new AllowList(targets)
  const isJwk = !('algorithm' in key && 'usages' in key)
  const algorithm = isJwk ? (key as JWK).alg ?? ((key as JWK).crv === 'P-256' ? 'ES256' : 'EdDSA') : (key as CryptoKey).algorithm.name === 'ECDSA' ? 'ES256' : 'EdDSA'
  if (!TICKET_ALGORITHMS.includes(algorithm)) throw new TypeError(`the key of tickets is one for ${TICKET_ALGORITHMS.join(' or ')}, not for ${algorithm}`)
  const name = kid ?? (isJwk ? (key as JWK).kid : undefined)
  const now = Math.floor(Date.now() / 1000)
  const claims = { ...(targets ? { tgt: [...targets] } : {}), ...(sessionSeconds === undefined ? {} : { ses: sessionSeconds }) }
  const token = new SignJWT(claims).setProtectedHeader({ alg: algorithm, ...(name === undefined ? {} : { kid: name }) })
    .setAudience(audience).setSubject(user).setIssuedAt(now).setExpirationTime(now + Math.ceil(seconds)).setJti(crypto.randomUUID())
  if (issuer !== undefined) token.setIssuer(issuer)
  return token.sign(isJwk ? await importJWK(key as JWK, algorithm) : key as CryptoKey)
}
