import { type Forward, type ForwardKind, parseForward } from '../forward-spec.ts'
import { type ConfigLine, ConfigLineError } from './line.ts'

/** One machine on the way, of `ProxyJump`. */
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

export function some({ args }: ConfigLine): readonly string[] {
  if (args.length === 0 || args.includes('')) throw new ConfigLineError('an argument is missing')
  return args
}

/** All that follows the keyword. */
export function command({ rest }: ConfigLine): string {
  if (rest === '') throw new ConfigLineError('an argument is missing')
  return rest
}

/** One of the words that are the names of `values`, in any case. */
export function choice<T>(values: Readonly<Record<string, T>>): (line: ConfigLine) => T {
  return (line) => {
    const word = one(line).toLowerCase()
    if (!Object.hasOwn(values, word)) throw new ConfigLineError(`not one of ${Object.keys(values).join(', ')}`)
    return values[word]!
  }
}

export const YES_NO = { yes: true, true: true, no: false, false: false } as const
export const flag = /* @__PURE__ */ choice<boolean>(YES_NO)

export function number(line: ConfigLine): number {
  const text = one(line)
  if (!/^\d{1,9}$/.test(text)) throw new ConfigLineError('not a number')
  return Number(text)
}

export function port(line: ConfigLine): number {
  const value = parsePort(one(line))
  if (value === undefined) throw new ConfigLineError('not a port')
  return value
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Seconds, of `TIME FORMATS` in sshd_config(5), e.g. `90` or `1m30s`. */
export function seconds(line: ConfigLine): number {
  const text = one(line).toLowerCase()
  if (!/^(\d{1,9}[smhdw])*(\d{1,9})?$/.test(text)) throw new ConfigLineError('not a time')
  return [...text.matchAll(/(\d+)([smhdw]?)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_SECONDS[unit!]!, 0)
}

/** A number of seconds or `none`, which is 0. */
export function secondsOrNone(line: ConfigLine): number {
  return one(line).toLowerCase() === 'none' ? 0 : seconds(line)
}

/** Two arguments, the second of which is the destination; without one, connections choose their own. */
export function forward(kind: ForwardKind): (line: ConfigLine) => readonly Forward[] {
  return (line) => {
    const words = some(line)
    const value = parseForward(words.join(':'), kind)
    const wanted = kind === 'local' ? 2 : kind === 'dynamic' ? 1 : value?.connect ? 2 : 1
    if (!value || words.length !== wanted) throw new ConfigLineError('not a forwarding')
    return [value]
  }
}

/** Values by name, of `NAME=value` arguments. */
export function assignments(line: ConfigLine): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const word of some(line)) {
    const equals = word.indexOf('=')
    if (equals < 1) throw new ConfigLineError('not NAME=value')
    if (!values.has(word.slice(0, equals))) values.set(word.slice(0, equals), word.slice(equals + 1))
  }
  return values
}

/** An empty list for `none`. */
export function jumpHosts(line: ConfigLine): readonly JumpHost[] {
  const text = one(line)
  if (text.toLowerCase() === 'none') return []
  return text.split(',').map((part) => {
    const host = parseJumpHost(part)
    if (!host) throw new ConfigLineError('not a list of [user@]host[:port]')
    return host
  })
}

/** Reads `[user@]host[:port]`, with brackets around an IPv6 address, or `ssh://[user@]host[:port]`; undefined where the text is neither. */
export function parseJumpHost(text: string): JumpHost | undefined {
  const [, user, bracketed, plain, digits] = /^(?:(.+)@)?(?:\[([^[\]\s]+)\]|([^:[\]\s@]+))(?::(\d+))?$/.exec(text.replace(/^ssh:\/\/(.*?)\/?$/, '$1')) ?? []
  const host = bracketed ?? plain
  const portNumber = digits === undefined ? undefined : parsePort(digits)
  if (host === undefined || (digits !== undefined && portNumber === undefined)) return undefined
  return { ...(user !== undefined && { user }), host, ...(portNumber !== undefined && { port: portNumber }) }
}

function parsePort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? Number(text) : undefined
}
