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
  print: (rules) => [rules.length === 0 ? 'none' : rules.map(({ source, target }) => source === '*' && target === '*' ? '*' : `${source}:${target}`).join(' ')],
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
  ipQoS: unused<readonly string[]>('sockets of Node have no type of service', { use: true, read: readQos, fallback: ['lowdelay', 'throughput'], print: (value) => [value.join(' ')] }),
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

const QOS = ['af11', 'af12', 'af13', 'af21', 'af22', 'af23', 'af31', 'af32', 'af33', 'af41', 'af42', 'af43', 'cs0', 'cs1', 'cs2', 'cs3', 'cs4', 'cs5', 'cs6', 'cs7', 'ef', 'le', 'lowdelay', 'throughput', 'reliability', 'none', 'va']
const QOS_NAMES: Readonly<Record<number, string>> = { 0x10: 'lowdelay', 0x08: 'throughput', 0x04: 'reliability' }

function readQos(line: ConfigLine): readonly string[] {
  const names = some(line).map((name) => {
    if (QOS.includes(name.toLowerCase())) return name.toLowerCase()
    const value = /^(0x[0-9a-f]{1,2}|\d{1,3})$/i.test(name) ? Number(name) : 256
    if (value > 255) throw new ConfigLineError(`not a quality of service: ${JSON.stringify(name)}`)
    return QOS_NAMES[value] ?? `0x${value.toString(16).padStart(2, '0')}`
  })
  if (names.length > 2) throw new ConfigLineError('too many arguments')
  return [names[0]!, names[1] ?? names[0]!]
}

