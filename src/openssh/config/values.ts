import { type Forward, type ForwardKind, parseForward } from '../forward-spec.ts'
import { type ConfigLine, ConfigLineError } from './line.ts'

/** One jump host of `ProxyJump`. */
export interface JumpHost {
  readonly user?: string
  readonly host: string
  readonly port?: number
}

export function one({ args }: ConfigLine): string {
  if (args.length === 0 || args[0] === '') throw new ConfigLineError('an argument is missing')
  if (args.length > 1) throw new ConfigLineError('too many arguments')
  return args[0]!
}

/** Like `one`, but the argument may be empty (`Tag ""`). */
export function oneOrEmpty({ args }: ConfigLine): string {
  if (args.length === 0) throw new ConfigLineError('an argument is missing')
  if (args.length > 1) throw new ConfigLineError('too many arguments')
  return args[0]!
}

export function some({ args }: ConfigLine): readonly string[] {
  if (args.length === 0 || args.includes('')) throw new ConfigLineError('an argument is missing')
  return args
}

/** A list of names, or a single `none`. */
export function someOrNone(line: ConfigLine): readonly string[] {
  const words = some(line)
  if (words.length > 1 && words.some((word) => word.toLowerCase() === 'none')) throw new ConfigLineError('"none" cannot be combined with other arguments')
  return words
}

/** Everything after the keyword. */
export function command({ rest }: ConfigLine): string {
  if (rest === '') throw new ConfigLineError('an argument is missing')
  return rest
}

/** One of the words that are the names of `values`, in any case. */
export function word<T>(line: ConfigLine, values: Readonly<Record<string, T>>): T {
  const text = one(line).toLowerCase()
  if (!Object.hasOwn(values, text)) throw new ConfigLineError(`not one of ${Object.keys(values).join(', ')}`)
  return values[text]!
}

export function whole(line: ConfigLine): number {
  const text = one(line)
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0x7fffffff) throw new ConfigLineError('not a number')
  return Number(text)
}

export function octal(line: ConfigLine): number {
  const text = one(line)
  if (!/^[0-7]{1,4}$/.test(text) || Number.parseInt(text, 8) > 0o777) throw new ConfigLineError('not a mask in octal digits')
  return Number.parseInt(text, 8)
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Seconds of `TIME FORMATS` in sshd_config(5), e.g. `90` or `1m30s`. */
export function parseSeconds(text: string): number {
  const lower = text.toLowerCase()
  if (lower === '' || !/^(\d{1,9}[smhdw])*(\d{1,9})?$/.test(lower)) throw new ConfigLineError('not a time')
  const total = [...lower.matchAll(/(\d+)([smhdw]?)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_SECONDS[unit!]!, 0)
  if (total > 0x7fffffff) throw new ConfigLineError('not a time')
  return total
}

/** Bytes, with the suffixes K, M and G. */
export function parseSize(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,15})([KMG]?)$/i.exec(text) ?? []
  if (digits === undefined) throw new ConfigLineError('not a number of bytes')
  const bytes = Number(digits) * { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[unit.toLowerCase() as '' | 'k' | 'm' | 'g']
  if (bytes !== 0 && bytes < 16) throw new ConfigLineError('a rekey limit is too small')
  return bytes
}

/** Two arguments, the second of which is the destination; without one, each connection chooses its own. */
export function forwards(line: ConfigLine, kind: ForwardKind): readonly Forward[] {
  const words = some(line)
  const value = parseForward(words.join(':'), kind)
  const wanted = kind === 'local' ? 2 : kind === 'dynamic' ? 1 : value?.connect ? 2 : 1
  if (!value || words.length !== wanted) throw new ConfigLineError('not a forwarding')
  return [value]
}

/** Values by name, from `NAME=value` arguments. */
export function assignments(line: ConfigLine): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const text of some(line)) {
    const equals = text.indexOf('=')
    if (equals < 1) throw new ConfigLineError('not NAME=value')
    if (!values.has(text.slice(0, equals))) values.set(text.slice(0, equals), text.slice(equals + 1))
  }
  return values
}

/** An empty list for `none`. As in ssh, quotes are none here: a name that has them is checked as it stands. */
export function jumpHosts(line: ConfigLine): readonly JumpHost[] {
  const text = line.rest.trim()
  if (text === '') one(line)
  if (text.toLowerCase() === 'none') return []
  return text.split(',').map((part) => {
    const host = parseJumpHost(part)
    if (!host) throw new ConfigLineError('not a list of [user@]host[:port]')
    return host
  })
}

/** Reads `[user@]host[:port]`, with brackets around an IPv6 address, or `ssh://[user@]host[:port]`; undefined if the text is neither. */
export function parseJumpHost(text: string): JumpHost | undefined {
  const [, user, bracketed, plain, digits] = /^(?:(.+)@)?(?:\[([^[\]\s]+)\]|([^:[\]\s@]+))(?::(\d+))?$/.exec(text.replace(/^ssh:\/\/(.*?)\/?$/, '$1')) ?? []
  const host = bracketed ?? plain
  const portNumber = digits === undefined ? undefined : parsePort(digits)
  if (host === undefined || (digits !== undefined && portNumber === undefined)) return undefined
  return { ...(user !== undefined && { user }), host, ...(portNumber !== undefined && { port: portNumber }) }
}

/** `[user@]host[:port]`, as `parseJumpHost` reads it. */
export function formatJumpHost({ user, host, port }: JumpHost): string {
  return `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`
}

export function parsePort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? Number(text) : undefined
}
