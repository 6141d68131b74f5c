/// Shared checks of JSON Web Tokens (RFC 7519). npm jose is loaded with the first token.
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose'
import { type Authorized, type RefusedByAuthorize, refuse } from '../policy/authorize.ts'

/** The keys of an issuer: a URL, which is queried again when a key is unknown, or the keys themselves. */
export type Keys = string | URL | JSONWebKeySet

/** Seconds by which clocks may differ. */
const CLOCKS = 5

export class Verifier {
  readonly #keys: () => Keys | Promise<Keys>
  #get: Promise<JWTVerifyGetKey> | undefined

  constructor(keys: () => Keys | Promise<Keys>) {
    this.#keys = keys
  }

  /** The payload, or a refusal that gives the reason in a word and never quotes the token. */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTPayload | RefusedByAuthorize> {
    const jose = await import('jose')
    this.#get ??= this.#load()
    let get: JWTVerifyGetKey
    try {
      get = await this.#get
    } catch (error) {
      this.#get = undefined
      throw new Error('the keys of the issuer are unavailable', { cause: error })
    }
    try {
      return (await jose.jwtVerify(token, get, { clockTolerance: CLOCKS, ...options })).payload
    } catch (error) {
      // Without the keys the token cannot be checked, which is not the client's fault.
      if (error instanceof jose.errors.JWKSTimeout || error instanceof jose.errors.JWKSInvalid || !(error instanceof jose.errors.JOSEError)) throw new Error('the keys of the issuer are unavailable', { cause: error })
      return refuse(error instanceof jose.errors.JWTExpired ? 'expired' : error instanceof jose.errors.JWTClaimValidationFailed ? `wrong ${error.claim}` : 'the signature is invalid')
    }
  }

  async #load(): Promise<JWTVerifyGetKey> {
    const { createLocalJWKSet, createRemoteJWKSet } = await import('jose')
    const keys = await this.#keys()
    return typeof keys === 'string' || keys instanceof URL ? createRemoteJWKSet(new URL(keys)) : createLocalJWKSet(keys)
  }
}

export const refused = (answer: JWTPayload | RefusedByAuthorize): answer is RefusedByAuthorize => 'refuse' in answer

/** When a session with this token ends. */
export function untilOf(seconds: unknown): Pick<Authorized, 'until'> {
  return typeof seconds === 'number' && seconds > 0 ? { until: new Date(Date.now() + seconds * 1000) } : {}
}
