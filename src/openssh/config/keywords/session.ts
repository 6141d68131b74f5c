/// What runs on the server, what goes through the connection, and what the user sees.
import { algorithms } from '../algorithm-names.ts'
import type { Forward } from '../../forward-spec.ts'
import { formatEnd, formatForward } from '../../forward-spec.ts'
import { choice, commandText, flag, list, seconds, text, textOr, words, yesNoOr } from '../kinds.ts'
import { type ConfigLine, ConfigLineError } from '../line.ts'
import { type Keyword, unused } from '../spec.ts'
import { matchPattern } from '../../../host-key/known-hosts/pattern.ts'
import { assignments, forwards, octal, one, parseSeconds, parseSize, some, someOrNone } from '../values.ts'

/** Names and patterns of variables; `-pattern` removes earlier ones. */
const sendEnv: Keyword<readonly string[]> = {
  use: true, fallback: [], read: some, print: (names) => names,
  merge(known, added) {
    return added.reduce<readonly string[]>((names, name) => name.startsWith('-') ? names.filter((other) => !matchPattern(other, name.slice(1))) : [...names, name], known)
  },
}

const setEnv: Keyword<ReadonlyMap<string, string>> = {
  use: true, fallback: new Map(), read: assignments, print: (values) => [...values].map(([name, value]) => `${name}=${value}`),
}

const remote = ({ listen, connect }: Forward) => connect ? formatForward({ listen, connect }) : `${formatEnd(listen)} [socks]:0`

/** One byte, or undefined for `none`. */
const escapeChar: Keyword<number | undefined> = {
  use: true, fallback: '~'.charCodeAt(0),
  read(line) {
    const word = one(line)
    if (word === 'none') return undefined
    const control = /^\^([@-_a-z])$/.exec(word)
    if (control) return control[1]!.charCodeAt(0) & 31
    if (word.length !== 1 || word.charCodeAt(0) > 255) throw new ConfigLineError('not an escape character')
    return word.charCodeAt(0)
  },
  print: (value) => [value === undefined ? 'none' : value < 32 ? `\\^${String.fromCharCode(value + 64)}` : String.fromCharCode(value)],
}

/** Bytes and seconds; 0 means the default. */
const rekeyLimit: Keyword<{ readonly bytes: number, readonly seconds: number }> = {
  use: true, fallback: { bytes: 0, seconds: 0 },
  read(line) {
    const [bytes, time, ...more] = some(line)
    if (more.length > 0) throw new ConfigLineError('too many arguments')
    return { bytes: bytes === 'default' ? 0 : parseSize(bytes!), seconds: time === undefined || time === 'none' ? 0 : parseSeconds(time) }
  },
  print: ({ bytes, seconds: time }) => [`${bytes} ${time}`],
}

/** `true` for the default interval, or milliseconds. */
const obscureKeystrokeTiming: Keyword<boolean | number> = {
  use: true, fallback: true, print: (value) => [value === true || value === 20 ? 'yes' : value === false ? 'no' : String(value)],
  read(line) {
    const word = one(line)
    if (word === 'yes' || word === 'true') return true
    if (word === 'no' || word === 'false') return false
    const interval = /^interval:(\d{1,4})$/.exec(word)?.[1]
    if (interval === undefined || Number(interval) < 1 || Number(interval) > 1000) throw new ConfigLineError('neither yes, no nor interval:MILLISECONDS, of 1 to 1000')
    return Number(interval)
  },
}

const permitRemoteOpen: Keyword<readonly string[] | 'any'> = {
  use: true, fallback: 'any',
  read(line) {
    const places = some(line)
    if (places.length === 1 && (places[0] === 'any' || places[0] === 'none')) return places[0] === 'any' ? 'any' : []
    const wrong = places.find((place) => !/^(\[[^\]]+\]|[^:[\]]+):(\d{1,5}|\*)$/.test(place))
    if (wrong !== undefined) throw new ConfigLineError(`not host:port: ${JSON.stringify(wrong)}`)
    return places
  },
  print: (places) => [places === 'any' ? 'any' : places.length === 0 ? 'none' : places.join(' ')],
}

const controlPersist: Keyword<boolean | number> = {
  use: true, fallback: false, print: (value) => [value === true || value === 0 ? 'yes' : value === false ? 'no' : String(value)],
  read(line) {
    const word = one(line).toLowerCase()
    return word === 'yes' || word === 'true' ? true : word === 'no' || word === 'false' ? false : parseSeconds(word)
  },
}

/** `local[:remote]`, each a number or `any`. */
function tunnelDevice(line: ConfigLine): string {
  const [local = '', remote = 'any', ...more] = one(line).toLowerCase().split(':')
  const isDevice = (text: string) => text === 'any' || (/^\d{1,10}$/.test(text) && Number(text) <= LAST_DEVICE)
  if (more.length > 0 || !isDevice(local) || !isDevice(remote)) throw new ConfigLineError('not a device for a tunnel')
  return `${local}:${remote}`
}
const LAST_DEVICE = 0x7fffffff - 2

const LEVELS = ['QUIET', 'FATAL', 'ERROR', 'INFO', 'VERBOSE', 'DEBUG', 'DEBUG1', 'DEBUG2', 'DEBUG3'] as const
export type LogLevel = Exclude<typeof LEVELS[number], 'DEBUG1'>
const FACILITIES = ['DAEMON', 'USER', 'AUTH', 'AUTHPRIV', 'LOCAL0', 'LOCAL1', 'LOCAL2', 'LOCAL3', 'LOCAL4', 'LOCAL5', 'LOCAL6', 'LOCAL7'] as const

export const SESSION_KEYWORDS = {
  channelTimeout: unused('idle channels are not closed', { ...words([]), print: (value) => [value.length === 0 ? 'none' : value.join(' ')] }, { warn: (value) => value.length > 0 && value[0] !== 'none' ? 'ChannelTimeout is not supported here: idle channels stay open' : undefined }),
  ciphers: algorithms('cipher'),
  clearAllForwardings: flag(false),
  compression: flag(false),
  controlMaster: yesNoOr('no', ['ask', 'auto', 'autoask']),
  controlPath: text(),
  controlPersist,
  dynamicForward: list((line) => forwards(line, 'dynamic'), ({ listen }) => formatEnd(listen)),
  enableEscapeCommandline: flag(false),
  escapeChar,
  exitOnForwardFailure: flag(false),
  forkAfterAuthentication: flag(false),
  forwardX11: flag(false),
  forwardX11Timeout: seconds(1200),
  forwardX11Trusted: flag(true),
  gatewayPorts: flag(false),
  kexAlgorithms: algorithms('kex'),
  localCommand: commandText(),
  localForward: list((line) => forwards(line, 'local'), formatForward),
  logLevel: choice<LogLevel>('INFO', LEVELS.filter((level): level is LogLevel => level !== 'DEBUG1'), { debug1: 'DEBUG', silent: 'QUIET' }, { QUIET: 'SILENT' }),
  logVerbose: unused('single source files have no log level', { ...words([], true), read: someOrNone, print: (value) => [value.length === 0 || value[0] === 'none' ? 'none' : value.join(' ')] }),
  macs: algorithms('mac'),
  obscureKeystrokeTiming,
  permitLocalCommand: flag(false),
  permitRemoteOpen,
  rekeyLimit,
  remoteCommand: commandText(),
  remoteForward: list((line) => forwards(line, 'remote'), remote),
  requestTTY: yesNoOr('auto', ['auto', 'force']),
  sendEnv,
  sessionType: choice('default', ['default', 'none', 'subsystem']),
  setEnv,
  stdinNull: flag(false),
  streamLocalBindMask: { use: true, fallback: 0o177, read: octal, print: (value) => [`0${value.toString(8)}`] } satisfies Keyword<number>,
  streamLocalBindUnlink: flag(false),
  syslogFacility: unused('nothing is written to the system log', choice('USER', FACILITIES)),
  tunnel: unused('devices for tunnels are not opened', choice('no', ['no', 'point-to-point', 'ethernet'], { yes: 'point-to-point', true: 'point-to-point', false: 'no' }, { no: 'false' }), { refuse: (value) => value === 'no' ? undefined : 'devices for tunnels cannot be opened here' }),
  tunnelDevice: unused('devices for tunnels are not opened', { ...textOr('any:any'), read: tunnelDevice }),
  warnWeakCrypto: yesNoOr('yes', ['no-pq-kex'], {}),
  xAuthLocation: textOr('/usr/bin/xauth'),
} as const
