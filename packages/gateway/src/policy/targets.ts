/// The TCP targets that a gateway allows. For any runtime.
import { type AddressRange, formatAddress, inRange, isPublic, parseAddress, parseRange } from './address.ts'

export interface Target {
  /** A name in lower case without a final dot, or an address in its usual form. */
  readonly host: string
  readonly port: number
  /** Set if the host is an address. */
  readonly address: Uint8Array | undefined
}

/** `/tcp/HOST/PORT` in a URL's path; undefined for anything else. */
export function parseTarget(path: string): Target | undefined {
  const [, encoded = '', port = ''] = /^\/tcp\/([^/?#]{1,1000})\/([1-9]\d{0,4})$/.exec(path) ?? []
  try {
    return target(decodeURIComponent(encoded), port)
  } catch {
    return undefined
  }
}

/** `HOST:PORT` as people write it, IPv6 with or without brackets. */
export function formatTarget({ host, port }: Target): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function target(host: string, port: string): Target | undefined {
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65535) return undefined
  const address = parseAddress(host)
  if (address) return { host: formatAddress(address), port: Number(port), address }
  const name = parseName(host)
  return name === undefined ? undefined : { host: name, port: Number(port), address: undefined }
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/
/** Resolvers take such a name for an address: 2130706433, 0x7f.1, 127.1. */
const NUMERIC_LABEL = /^(\d+|0x[0-9a-f]*)$/

function parseName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '')
  const labels = name.split('.')
  const valid = name.length <= 253 && labels.every((label) => LABEL.test(label)) && !NUMERIC_LABEL.test(labels.at(-1) as string)
  return valid ? name : undefined
}

interface Rule {
  readonly port: number
  readonly range?: AddressRange
  readonly name?: string
  /** `.example.org` for `*.example.org`. */
  readonly suffix?: string
}

/**
 * Rules: `example.org:22`, `*.example.org:22` (names below it), `192.0.2.7:22`, `10.1.0.0/16:22`, `[2001:db8::7]:22`, `[fd00::/8]:22`.
 * A rule with a name allows the public addresses of that name; any other address needs its own rule.
 */
export class AllowList {
  readonly #rules: readonly Rule[]

  constructor(rules: readonly string[]) {
    this.#rules = rules.map(parseRule)
  }

  /** Whether clients may name this target. */
  allows({ host, port, address }: Target): boolean {
    if (address) return this.#lists(address, port)
    return this.#rules.some((rule) => rule.port === port && (rule.name === host || (rule.suffix !== undefined && host.endsWith(rule.suffix))))
  }

  /** Whether the gateway may connect to this address of an allowed target. */
  allowsAddress(address: Uint8Array, port: number): boolean {
    return isPublic(address) || this.#lists(address, port)
  }

  #lists(address: Uint8Array, port: number): boolean {
    return this.#rules.some((rule) => rule.port === port && rule.range !== undefined && inRange(address, rule.range))
  }
}

function parseRule(text: string): Rule {
  const [, bracketed, plain = '', portText = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(portText)
  if (port >= 1 && port <= 65535) {
    const range = parseRange(host)
    if (range && (bracketed !== undefined) === host.includes(':')) return { port, range }
    const suffix = host.startsWith('*.')
    const name = bracketed === undefined ? parseName(suffix ? host.slice(2) : host) : undefined
    if (name !== undefined) return suffix ? { port, suffix: `.${name}` } : { port, name }
  }
  throw new TypeError(`not a rule of an allow-list: ${text} (HOST:PORT, *.DOMAIN:PORT, ADDRESS/BITS:PORT, [IPV6]:PORT)`)
}
