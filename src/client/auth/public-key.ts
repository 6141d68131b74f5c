import { record } from '../../errors/arguments.ts'
import { isPromise } from '../../errors/is-promise.ts'
import type { SigningKey } from '../../keys/signers/signing-key.ts'
import { type AuthMethod, checkContext } from './authenticate.ts'
import type { PublicKeyOptions } from './public-key-options.ts'

/**
 * Authenticates with a private key: its text in any known format, a parsed key, a `CryptoKeyPair`, or the caller's own signer.
 * The key is read when its turn comes. If it cannot be read, the login continues without it, and reports it if nothing else succeeds.
 * A `certificate` is offered before the key itself.
 * @throws TypeError at once for a value that is no key of any kind: `undefined`, a Promise.
 */
export function publicKey(key: SigningKey, options: PublicKeyOptions = {}): AuthMethod {
  if (!isKey(key)) throw new TypeError(`publicKey() needs a private key, not ${isPromise(key) ? 'a Promise: await it first' : `${String(key as unknown)}: is the variable set?`}`)
  record(options, 'options')
  return {
    method: 'publickey',
    async authenticate(context) {
      await (await import('./key-login.ts')).keyLogin(checkContext(context), key, options)
    },
  }
}

const isKey = (key: unknown) => typeof key === 'string' || (typeof key === 'object' && key !== null && !isPromise(key))
