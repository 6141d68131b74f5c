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

/**
 * The error for options that `connect` cannot use. It names the first of several mistakes; `undefined` if the only thing about them is a name that
 * is unlike every option.
 * @param known the names of all options
 */
export function connectMistake(options: unknown, known: readonly string[]): Error | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return new TypeError(`connect() needs an object of options, not ${kind(options)}`)
  const { host, port, username, transport, hostKey, auth, debug, onBanner, onAlgorithms } = options as Readonly<Record<string, unknown>>
  const foreign = Object.keys(options).find((name) => name in INSTEAD)
  if (foreign !== undefined) return new TypeError(`connect() has no option ${foreign}, which npm ssh2 has: use ${INSTEAD[foreign]}`)
  const misspelt = misspeltOption(options, known)
  if (misspelt) return misspelt
  if (typeof username !== 'string' || username === '') return new TypeError(`username is required, as a string${gave(username)}`)
  if (typeof (hostKey as { verify?: unknown } | undefined)?.verify !== 'function') {
    if (hostKey !== undefined) return new TypeError(`hostKey must be a policy: knownHosts(text), pinned(key) or another${gave(hostKey)}`)
    return new HostKeyError('connect() needs a hostKey policy: knownHosts(…), pinned(…), trustOnFirstUse(…) or insecureAcceptAnyHostKey()', { code: 'ERR_HOST_KEY_POLICY_MISSING' })
  }
  return methodsMistake(auth) ?? functionsMistake({ debug, onBanner, onAlgorithms, ...hostKey as object }) ?? placeMistake(host, port, transport)
}

function methodsMistake(auth: unknown): Error | undefined {
  if (auth === undefined) return undefined
  if (!Array.isArray(auth)) return new TypeError(`auth must be an array of methods, for example auth: [publicKey(text)]${gave(auth)}`)
  const at = auth.findIndex((method: { authenticate?: unknown } | null | undefined) => typeof method?.authenticate !== 'function')
  return at < 0 ? undefined : new TypeError(`auth[${at}] must be a method made by publicKey(), password(), agent() or keyboardInteractive()${gave(auth[at])}`)
}

function functionsMistake(given: Readonly<Record<string, unknown>>): Error | undefined {
  const name = ['debug', 'onBanner', 'onAlgorithms', 'preferredAlgorithms', 'update'].find((name) => given[name] !== undefined && typeof given[name] !== 'function')
  return name === undefined ? undefined : new TypeError(`${name} must be a function${gave(given[name])}`)
}

function placeMistake(host: unknown, port: unknown = 22, transport: unknown): Error | undefined {
  if (transport !== undefined) {
    if (isPromise(transport)) discard(transport)
    if (transport === null || typeof transport !== 'object' || !('readable' in transport || 'port' in transport)) {
      return new TypeError(`transport must be a pair of streams, { readable, writable }${gave(transport)}`)
    }
  } else if (typeof host !== 'string' || host === '') return new TypeError(`connect() needs a host, as a string, or a transport${gave(host)}`)
  else if (hostMistake(host) !== undefined) return new TypeError(`host must be a name or an address, and nothing else: ${hostMistake(host)}`)
  if (typeof port !== 'number') return new TypeError(`port must be a number${gave(port)}`)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? undefined : new RangeError(`port must be a whole number from 1 to 65535, not ${port}`)
}

/** What a host that is more than a host has, and where it belongs. */
function hostMistake(host: string): string | undefined {
  if (/[/]/.test(host)) return 'this is a URL or a path'
  if (host.includes('@')) return 'the user belongs in username'
  if (/\s/.test(host)) return 'this contains white space'
  if (/[[\]]/.test(host)) return 'an IPv6 address has no brackets here, and the port belongs in port'
  return /^[^:]+:\d*$/.test(host) ? 'the port belongs in port' : undefined
}

/** The error for a name that is nearly that of an option which is not given. */
function misspeltOption(options: object, known: readonly string[]): TypeError | undefined {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const meant = name === 'hostname' ? 'host' : known.find((option) => isNearly(name, option))
    if (meant !== undefined && Reflect.get(options, meant) === undefined) return new TypeError(`connect() has no option ${name}: did you mean ${meant}?`)
  }
  return undefined
}

/** Whether two names differ in their capitals only, or in one letter that is missing, added, changed or exchanged with its neighbour. */
function isNearly(name: string, option: string): boolean {
  const [a, b] = [name.toLowerCase(), option.toLowerCase()]
  if (a === b || a.length < 4) return a === b
  const start = [...a].findIndex((letter, index) => letter !== b[index])
  const at = start < 0 ? a.length : start
  const rest = (text: string, from: number) => text.slice(at + from)
  return rest(a, 1) === rest(b, 1) || rest(a, 0) === rest(b, 1) || rest(a, 1) === rest(b, 0)
    || (rest(a, 2) === rest(b, 2) && a[at] === b[at + 1] && a[at + 1] === b[at])
}

/** Never the value itself, which may be a secret. */
function gave(value: unknown): string {
  if (value === undefined) return ''
  return isPromise(value) ? ', not a Promise: await it first' : `, not ${kind(value)}`
}

function kind(value: unknown): string {
  if (value === null || value === undefined || value === '') return value === '' ? 'an empty string' : String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return `a ${typeof value}`
  const name = value.constructor?.name
  return !name || name === 'Object' ? 'an object' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}

/** Closes a transport that arrives after nobody can use it. */
function discard(coming: PromiseLike<unknown>): void {
  Promise.resolve(coming).then((late) => (late as { close?: () => unknown } | undefined)?.close?.()).catch(() => {})
}
