import { isPath } from '../../errors/arguments.ts'
import { isPromise } from '../../errors/is-promise.ts'
import type { KeyError } from '../../errors/ssh-error.ts'
import { malformed, unsupported } from '../key-error.ts'
import { beginning, isDer } from './key-text.ts'

/** What people pass instead of a private key, by how it begins, and how to fix it. */
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'the private key is empty'],
  [/^\[object Promise\]$/, 'this is a Promise that was turned into text: await it, then pass the text of the key'],
  [/^\[object /, 'this is an object that was turned into text: pass the text of the key'],
  [/^(undefined|null|NaN)$/, 'this is the word for a value that is missing, not a private key: the variable that should hold the key was not set'],
  [/^\$|^%\w+%$|^<[\w ./-]+>$|\{\{/, 'this is a placeholder, not a private key: it was not replaced by the text of the key'],
  [/^(ssh-|ecdsa-|sk-)\S+ AAAA|-----BEGIN (RSA )?PUBLIC KEY-----|^---- BEGIN SSH2 PUBLIC/, 'this is a public key: a private one is needed'],
  [/^-----BEGIN [\w ]*CERTIFICATE-----/, 'this is an X.509 certificate: the private key is needed'],
  [/^-----BEGIN PGP /, 'this is a PGP key: SSH uses its own keys'],
  [/^[-\s\u2010-\u2015\u2212]+BEGIN [\w ]*KEY/i, 'the lines around the private key (-----BEGIN …-----, -----END …-----) are damaged: each has capitals, and five dashes on both sides'],
  [/^<(!doctype|html|\?xml)/i, 'this is a page or a document, not a private key: what was fetched is not the file'],
  [/^\{/, 'this is JSON: pass the text of the key that it may hold'],
  [/^SHA256:|^MD5:/, 'this is the fingerprint of a key: the private key itself is needed'],
]

/** The name of a key file, without a folder. */
const KEY_FILE = /^[\w./\\-]*\b(id_\w+|\w+\.(pem|key|ppk|txt))$/
const PATH = 'this looks like a path, not like a private key: read the file and pass its contents, for example await readFile(path)'

/** The error for a text that is not a private key in a known form. It names the mistake, and never quotes the text. */
export function notAKey(text: Uint8Array): KeyError {
  // As text, DER can be anything.
  if (isDer(text)) {
    return unsupported('this is a key in binary DER, without PEM armour: convert it with openssl pkey -inform DER -in OLD -out NEW')
  }
  const start = beginning(text)
  if (/^---- BEGIN SSH2 ENCRYPTED PRIVATE KEY/.test(start)) return unsupported('this is a private key in the format of ssh.com (SSH2): convert it with ssh-keygen -i -f OLD > NEW, or with PuTTYgen if it has a passphrase')
  if (start.startsWith('SSH PRIVATE KEY FILE FORMAT 1')) return unsupported('this is a key of SSH version 1, which is broken: make a new one, for example with: ssh-keygen -t ed25519')
  const mistake = isPath(start) || KEY_FILE.test(start) ? PATH : MISTAKES.find(([pattern]) => pattern.test(start))?.[1]
  return malformed(mistake ?? 'this is not a private key of a known format')
}

/** Checks for values that are neither text nor bytes. @throws TypeError that names the mistake */
export function checkKeyType(key: unknown): asserts key is string | Uint8Array {
  // A Proxy of bytes is an instance too, and has none.
  if (typeof key === 'string' || (key instanceof Uint8Array && ArrayBuffer.isView(key))) return
  if (key === undefined || key === null) throw new TypeError(`the private key is ${String(key)}: pass its text or its bytes (is the variable set?)`)
  if (isPromise(key)) throw new TypeError('the private key is a Promise: await it, then pass the result')
  throw new TypeError('the private key must be its text or its bytes')
}
