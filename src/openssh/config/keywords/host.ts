/// Which host, and how to reach it.
import { choice, commandText, flag, number, optional, port, seconds, text, words, yesNoOr } from '../kinds.ts'
import { type ConfigLine, ConfigLineError } from '../line.ts'
import { type Keyword, unused } from '../spec.ts'
import { formatJumpHost, type JumpHost, jumpHosts, one, oneOrEmpty, parseSeconds, some, someOrNone } from '../values.ts'

/** `source-list:target-list` of CanonicalizePermittedCNAMEs. */
export interface PermittedCname {
  readonly source: string
  readonly target: string
}

const permittedCnames: Keyword<readonly PermittedCname[]> = {
  use: true, fallback: [],
  read(line) {
    const rules = someOrNone(line)
    if (rules[0]!.toLowerCase() === 'none') return []
    return rules.map((rule) => {
      if (rule === '*') return { source: '*', target: '*' }
      const [, source, target] = /^([^:]+):([^:]+)$/.exec(rule) ?? []
      if (source === undefined || target === undefined) throw new ConfigLineError(`not a rule for CNAMEs: ${JSON.stringify(rule)}`)
      return { source, target }
    })
  },
  print: (rules) => [rules.length === 0 ? 'none' : rules.map(({ source, target }) => `${source}:${target}`).join(' ')],
}

function domains(line: ConfigLine): readonly string[] {
  const names = someOrNone(line)
  const wrong = names.find((name) => name.toLowerCase() !== 'none' && !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name))
  if (wrong !== undefined) throw new ConfigLineError(`not a domain: ${JSON.stringify(wrong)}`)
  return names[0]!.toLowerCase() === 'none' ? [] : names
}

/** `undefined` if no line says anything, an empty list for `none`. */
const proxyJump: Keyword<readonly JumpHost[] | undefined> = {
  use: true, fallback: undefined, read: jumpHosts,
  print: (hops) => hops === undefined || hops.length === 0 ? [] : [hops.map(formatJumpHost).join(',')],
}

const attempts: Keyword<number> = {
  ...number(1),
  read(line) {
    const value = number(1).read(line)
    if (value === 0) throw new ConfigLineError('at least one attempt is needed')
    return value
  },
}

export const HOST_KEYWORDS = {
  addressFamily: choice('any', ['any', 'inet', 'inet6']),
  bindAddress: text(),
  bindInterface: text(),
  canonicalDomains: { ...words([], true), read: domains },
  canonicalizeFallbackLocal: flag(true),
  canonicalizeHostname: yesNoOr('no', ['always']),
  canonicalizeMaxDots: number(1),
  canonicalizePermittedCNAMEs: permittedCnames,
  connectionAttempts: attempts,
  connectTimeout: { use: true, fallback: undefined, read: (line) => one(line).toLowerCase() === 'none' ? undefined : parseSeconds(one(line)), print: (value) => [String(value ?? 'none')] } satisfies Keyword<number | undefined> as Keyword<number | undefined>,
  hostName: text(),
  ignoreUnknown: text(),
  ipQoS: unused<readonly string[]>('sockets of Node have no type of service', { use: true, read: readQos, fallback: ['ef', 'cs1'], print: (value) => [value.join(' ')] }),
  port: port(22),
  proxyCommand: commandText(),
  proxyJump,
  proxyUseFdpass: unused('a socket that a command passes on cannot be taken by Node', flag(false), { refuse: (value) => value ? 'the command would pass a socket on, which cannot be taken here; name a command that carries the bytes itself' : undefined }),
  refuseConnection: commandText(),
  serverAliveCountMax: number(3),
  serverAliveInterval: seconds(0),
  tag: { use: true, fallback: undefined, read: oneOrEmpty, print: (value) => value ? [value] : [] } satisfies Keyword<string | undefined> as Keyword<string | undefined>,
  tcpKeepAlive: flag(true),
  user: text(),
  versionAddendum: unused('the identification of this client has no addition', optional(({ rest }) => rest)),
} as const

/** Code points of differentiated services, in the upper six bits of a byte. */
const QOS: Readonly<Record<string, number>> = {
  af11: 0x28, af12: 0x30, af13: 0x38, af21: 0x48, af22: 0x50, af23: 0x58, af31: 0x68, af32: 0x70, af33: 0x78, af41: 0x88, af42: 0x90, af43: 0x98,
  cs0: 0x00, cs1: 0x20, cs2: 0x40, cs3: 0x60, cs4: 0x80, cs5: 0xa0, cs6: 0xc0, cs7: 0xe0, ef: 0xb8, le: 0x04, va: 0xb0,
}
/** Types of service of old, without a meaning since OpenSSH 10. */
const OLD_QOS = ['lowdelay', 'throughput', 'reliability', 'none']

function readQos(line: ConfigLine): readonly string[] {
  const names = some(line).map((text) => {
    const name = text.toLowerCase()
    if (Object.hasOwn(QOS, name)) return name
    if (OLD_QOS.includes(name)) return 'none'
    const value = /^(0x[0-9a-f]{1,2}|\d{1,3})$/.test(name) ? Number(name) : 256
    if (value > 255) throw new ConfigLineError(`not a quality of service: ${JSON.stringify(text)}`)
    return Object.keys(QOS).find((known) => QOS[known] === value) ?? `0x${value.toString(16).padStart(2, '0')}`
  })
  if (names.length > 2) throw new ConfigLineError('too many arguments')
  return [names[0]!, names[1] ?? names[0]!]
}
