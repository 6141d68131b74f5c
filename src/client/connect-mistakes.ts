import { isPromise } from '../errors/is-promise.ts'
import { HostKeyError } from '../errors/ssh-error.ts'

/** This library's names for options of npm ssh2. */
const INSTEAD: Readonly<Record<string, string>> = {
  privateKey: 'auth: [publicKey(text)]',
  passphrase: 'auth: [publicKey(text, { passphrase })]',
  password: 'auth: [password(text)]',
  agent: 'auth: [agent(path)]',
  tryKeyboard: 'auth: [keyboardInteractive(respond)]',
  authHandler: 'auth: [first, second]',
  user: 'username',
  sock: 'transport: fromDuplex(stream) of libssh2-wasm/node',
  readyTimeout: 'connectTimeout',
  hostVerifier: 'hostKey: verifyHostKeyWith(decide)',
  keepaliveInterval: 'keepalive: { interval }',
}

/** The error for options that `connect` cannot use. It names the first of several mistakes. */
export function connectMistake(options: unknown): Error {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return new TypeError(`connect() needs an object of options, not ${kind(options)}`)
  const { host, port, username, transport, hostKey, auth, debug, onBanner, onAlgorithms } = options as Readonly<Record<string, unknown>>
  const foreign = Object.keys(options).find((name) => name in INSTEAD)
  if (foreign !== undefined) return new TypeError(`connect() has no option ${foreign}, which npm ssh2 has: use ${INSTEAD[foreign]}`)
  if (typeof username !== 'string' || username === '') return new TypeError(`username is required, as a string${gave(username)}`)
  if (typeof (hostKey as { verify?: unknown } | undefined)?.verify !== 'function') {
    if (hostKey !== undefined) return new TypeError(`hostKey must be a policy: knownHosts(text), pinned(key) or another${gave(hostKey)}`)
    return new HostKeyError('connect() needs a hostKey policy: knownHosts(…), pinned(…), trustOnFirstUse(…) or insecureAcceptAnyHostKey()', { code: 'ERR_HOST_KEY_POLICY_MISSING' })
  }
  return methodsMistake(auth) ?? functionsMistake({ debug, onBanner, onAlgorithms, ...hostKey as object }) ?? placeMistake(host, port, transport)
}

function methodsMistake(auth: unknown): Error | undefined {
  if (auth === undefined) return undefined
  if (!Array.isArray(auth)) return new TypeError(`auth must be an array of methods, as auth: [publicKey(text)]${gave(auth)}`)
  const at = auth.findIndex((method: { authenticate?: unknown } | null | undefined) => typeof method?.authenticate !== 'function')
  return at < 0 ? undefined : new TypeError(`auth[${at}] must be a method made by publicKey(), password(), agent() or keyboardInteractive()${gave(auth[at])}`)
}

function functionsMistake(given: Readonly<Record<string, unknown>>): Error | undefined {
  const name = ['debug', 'onBanner', 'onAlgorithms', 'preferredAlgorithms', 'update'].find((name) => given[name] !== undefined && typeof given[name] !== 'function')
  return name === undefined ? undefined : new TypeError(`${name} must be a function${gave(given[name])}`)
}

function placeMistake(host: unknown, port: unknown, transport: unknown): Error {
  if (transport !== undefined) {
    if (isPromise(transport)) discard(transport)
    if (transport === null || typeof transport !== 'object' || !('readable' in transport || 'port' in transport)) {
      return new TypeError(`transport must be a pair of streams, { readable, writable }${gave(transport)}`)
    }
  } else if (typeof host !== 'string' || host === '') return new TypeError(`connect() needs a host, as a string, or a transport${gave(host)}`)
  return new RangeError(`port must be a whole number from 1 to 65535, not ${String(port)}`)
}

/** Never the value itself, which may be a secret. */
function gave(value: unknown): string {
  if (value === undefined) return ''
  return isPromise(value) ? ', not a Promise: await it first' : `, not ${kind(value)}`
}

function kind(value: unknown): string {
  if (value === null || value === undefined || value === '') return value === '' ? 'an empty string' : String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return `a ${value.constructor?.name || 'object'}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}


/** Closes a transport that arrives after nobody can use it. */
function discard(coming: PromiseLike<unknown>): void {
  Promise.resolve(coming).then((late) => (late as { close?: () => unknown } | undefined)?.close?.()).catch(() => {})
}
