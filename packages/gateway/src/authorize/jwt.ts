/// What the checks of JSON Web Tokens have in common (RFC 7519). npm jose is loaded with the first token.
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose'
import { type Authorized, type RefusedByAuthorize, refuse } from '../policy/authorize.ts'

/** Where the keys of an issuer are: a URL, which is asked again when a key is unknown, or the keys themselves. */
export type Keys = string | URL | JSONWebKeySet

/** Seconds that clocks may differ. */
const CLOCKS = 5

export class Verifier {
  readonly #keys: () => Keys | Promise<Keys>
  #get: Promise<JWTVerifyGetKey> | undefined

  constructor(keys: () => Keys | Promise<Keys>) {
    this.#keys = keys
  }

  /** The payload, or a refusal that says why in a word and never what was shown. */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTPayload | RefusedByAuthorize> {
    const jose = await import('jose')
    this.#get ??= this.#load()
    let get: JWTVerifyGetKey
    try {
      get = await this.#get
    } catch (error) {
      this.#get = undefined
      throw new Error('the keys of the issuer cannot be had', { cause: error })
    }
    try {
      return (await jose.jwtVerify(token, get, { clockTolerance: CLOCKS, ...options })).payload
    } catch (error) {
      // Without keys nobody can tell whether it is good: that is no fault of who shows it.
      if (error instanceof jose.errors.JWKSTimeout || error instanceof jose.errors.JWKSInvalid || !(error instanceof jose.errors.JOSEError)) throw new Error('the keys of the issuer cannot be had', { cause: error })
      return refuse(error instanceof jose.errors.JWTExpired ? 'expired' : error instanceof jose.errors.JWTClaimValidationFailed ? `wrong ${error.claim}` : 'not a good signature')
    }
  }

  async #load(): Promise<JWTVerifyGetKey> {
    const { createLocalJWKSet, createRemoteJWKSet } = await import('jose')
    const keys = await this.#keys()
    return typeof keys === 'string' || keys instanceof URL ? createRemoteJWKSet(new URL(keys)) : createLocalJWKSet(keys)
  }
}

export const refused = (answer: JWTPayload | RefusedByAuthorize): answer is RefusedByAuthorize => 'refuse' in answer

/** When a session ends that was opened with this. */
export function untilOf(seconds: unknown): Pick<Authorized, 'until'> {
  return typeof seconds === 'number' && seconds > 0 ? { until: new Date(Date.now() + seconds * 1000) } : {}
}
