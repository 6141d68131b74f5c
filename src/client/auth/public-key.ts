import { isPromise } from '../../errors/is-promise.ts'
import type { SigningKey } from '../../keys/signers/signing-key.ts'
import { type AuthMethod, checkContext } from './authenticate.ts'
import type { PublicKeyOptions } from './public-key-options.ts'

/**
 * Authenticates with a private key: its text in any known format, a parsed key, a `CryptoKeyPair`, or a signer of the caller's own.
 * It is read when its turn comes; a key that cannot be read is passed over, and told of if nothing else logs in.
 * With a `certificate` that is offered first, then the key itself.
 * @throws TypeError at once for what is no key of any kind: `undefined`, a Promise.
 */
export function publicKey(key: SigningKey, options: PublicKeyOptions = {}): AuthMethod {
  if (!isKey(key)) throw new TypeError(`publicKey() needs a private key, not ${isPromise(key) ? 'a Promise: await it first' : `${String(key as unknown)}: is the variable set?`}`)
  return {
    method: 'publickey',
    async authenticate(context) {
      await (await import('./key-login.ts')).keyLogin(checkContext(context), key, options)
    },
  }
}

const isKey = (key: unknown) => typeof key === 'string' || (typeof key === 'object' && key !== null && !isPromise(key))
