import type { ConfigOption } from '../../openssh/config/reader.ts'
import { type ForwardEnd, parseForward } from '../../openssh/forward-spec.ts'
import { DestinationError, parseDestination, userOption } from '../../openssh/destination.ts'
import { parsePort } from '../../openssh/config/values.ts'
import { type GivenOption, getopt } from '../getopt.ts'
import { UsageError } from '../usage-error.ts'
import type { MessageLevel } from '../../openssh/person.ts'

/** The arguments that any verb needs to connect. */
export interface ConnectionArguments {
  readonly host: string
  /** Options that take precedence over all files, in the order of the command line. */
  readonly options: readonly ConfigOption[]
  readonly file: string | undefined
  /** From `-v`; undefined if the configuration decides. */
  readonly level: MessageLevel | undefined
  readonly quiet: boolean
  /** The file that receives messages instead of stderr (`-E`). */
  readonly logFile: string | undefined
}

export interface SshArguments extends ConnectionArguments {
  readonly verb: 'ssh'
  /** Lines that apply behind all files. */
  readonly defaults: readonly ConfigOption[]
  /** Missing or empty: the login shell. */
  readonly command: string
  /** Print the configuration and exit (`-G`). */
  readonly print: boolean
  /** What to ask the master of a shared connection for (`-O`). */
  readonly control: ControlCommand | undefined
  /** Connects standard input and output to this address through the server (`-W`). */
  readonly stdioForward: ForwardEnd | undefined
}

/** What `-O` asks a master for; `proxy` runs a session, which must go over a master. */
export type ControlCommand = typeof CONTROL_COMMANDS[number]
const CONTROL_COMMANDS = ['check', 'conninfo', 'channels', 'forward', 'cancel', 'exit', 'stop', 'proxy'] as const
const isControlCommand = (text: string): text is ControlCommand => (CONTROL_COMMANDS as readonly string[]).includes(text)

export type Query = { readonly verb: 'query', readonly what: string }
export type Simple = { readonly verb: 'version' } | { readonly verb: 'help' }

const LETTERS = '1246ab:c:e:fgi:kl:m:no:p:qstvxAB:CD:E:F:GI:J:KL:MNO:P:Q:R:S:TVw:W:XYyh'

/** Options that set a keyword to a fixed value: the last one counts, and each precedes `-o`. */
const FLAGS: Readonly<Record<string, readonly (readonly [keyword: string, value: string])[]>> = {
  4: [['AddressFamily', 'inet']], 6: [['AddressFamily', 'inet6']], a: [['ForwardAgent', 'no']], A: [['ForwardAgent', 'yes']], C: [['Compression', 'yes']],
  f: [['ForkAfterAuthentication', 'yes'], ['StdinNull', 'yes']], g: [['GatewayPorts', 'yes']], k: [['GSSAPIDelegateCredentials', 'no']], K: [['GSSAPIAuthentication', 'yes'], ['GSSAPIDelegateCredentials', 'yes']],
  n: [['StdinNull', 'yes']], N: [['SessionType', 'none'], ['RequestTTY', 'no']], s: [['SessionType', 'subsystem']], T: [['RequestTTY', 'no']],
  x: [['ForwardX11', 'no']], X: [['ForwardX11', 'yes']], Y: [['ForwardX11', 'yes'], ['ForwardX11Trusted', 'yes']], 2: [], y: [],
}

/** Options that set a keyword to the value that follows, like those above. */
const VALUES: Readonly<Record<string, string>> = { b: 'BindAddress', B: 'BindInterface', c: 'Ciphers', e: 'EscapeChar', I: 'PKCS11Provider', m: 'MACs', S: 'ControlPath' }

/** Options that stand for a line at their place among those of `-o`. */
const LINES: Readonly<Record<string, string>> = { i: 'IdentityFile', J: 'ProxyJump', p: 'Port', P: 'Tag' }

/** Options that add a forwarding. */
const FORWARDS = { L: ['LocalForward', 'local'], R: ['RemoteForward', 'remote'], D: ['DynamicForward', 'dynamic'] } as const

/** Reads the command line of ssh(1): options come before the host, or after it until the first word of the command. @throws UsageError */
export function parseSsh(words: readonly string[]): SshArguments | Query | Simple {
  const before = getopt(words, LETTERS)
  const [destination, ...more] = before.rest
  const behind = getopt(destination === undefined ? [] : more, LETTERS)
  const given = [...before.options, ...behind.options]
  const value = (letter: string) => given.findLast(([name]) => name === letter)?.[1]
  const has = (letter: string) => value(letter) !== undefined
  if (has('h')) return { verb: 'help' }
  if (has('V')) return { verb: 'version' }
  if (has('Q')) return { verb: 'query', what: value('Q')! }
  if (has('1')) throw new UsageError('SSH protocol v.1 is no longer supported')
  const control = value('O')
  if (control !== undefined && !isControlCommand(control)) throw new UsageError('Invalid multiplex command.')
  if (has('s') && behind.rest.join('') === '' && destination !== undefined) throw new UsageError('You must specify a subsystem to invoke.')
  const connection = connectionOf(destination, before.options, behind.options)
  const place = value('W')
  return {
    verb: 'ssh', ...connection,
    options: [...place === undefined ? [] : STDIO_OPTIONS, ...connection.options], defaults: place === undefined ? [] : STDIO_DEFAULTS,
    command: behind.rest.join(' '), print: has('G'), control, stdioForward: place === undefined ? undefined : stdioPlace(place),
  }
}

/** What `-W` sets, and what it changes where nothing else does. */
const STDIO_OPTIONS: readonly ConfigOption[] = [['SessionType', 'none'], ['RequestTTY', 'no']]
const STDIO_DEFAULTS: readonly ConfigOption[] = [['ExitOnForwardFailure', 'yes'], ['ClearAllForwardings', 'yes']]

function stdioPlace(text: string): ForwardEnd {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? []
  const port = digits === undefined ? undefined : parsePort(digits)
  if (port !== undefined) return { host: (bracketed ?? plain)!, port }
  if (text.startsWith('/')) return { path: text }
  throw new UsageError(`Bad stdio forwarding specification '${text}'`)
}

/** The options of ssh that every verb takes, as configuration lines. @throws UsageError */
export function connectionOf(destination: string | undefined, before: readonly GivenOption[], behind: readonly GivenOption[] = []): ConnectionArguments {
  if (destination === undefined) throw new UsageError('a host is required')
  const { host, options: fromHost } = checked(destination), given = [...before, ...behind]
  const last = (letter: string) => given.findLast(([name]) => name === letter)?.[1]
  const verbose = given.filter(([letter]) => letter === 'v').length
  return {
    host, options: configOptions([...before, ...fromHost, ...behind]), file: last('F'), logFile: last('E'),
    level: verbose === 0 ? undefined : verbose === 1 ? 'DEBUG' : verbose === 2 ? 'DEBUG2' : 'DEBUG3',
    quiet: last('q') !== undefined,
  }
}

/** The options as lines of the configuration, in the order of their precedence. A line, such as those of `user@host`, stays at its place. */
export function configOptions(given: readonly (GivenOption | ConfigOption)[]): ConfigOption[] {
  const set = new Map<string, string>(), lines: ConfigOption[] = []
  for (const option of given) {
    const [letter, value] = option as GivenOption
    if (typeof option === 'string' || letter.length > 1) lines.push(option as ConfigOption)
    else if (letter === 'o') lines.push(value)
    else if (letter === 't') set.set('RequestTTY', /^(yes|force)$/.test(set.get('RequestTTY') ?? '') ? 'force' : 'yes')
    else if (letter === 'M') set.set('ControlMaster', set.get('ControlMaster') === 'yes' ? 'ask' : 'yes')
    else if (letter === 'w') set.set('Tunnel', 'yes').set('TunnelDevice', value)
    else if (Object.hasOwn(FLAGS, letter)) for (const [keyword, fixed] of FLAGS[letter]!) set.set(keyword, fixed)
    else if (Object.hasOwn(VALUES, letter)) set.set(VALUES[letter]!, value)
    else if (letter === 'l') lines.push(userOption(value))
    else if (Object.hasOwn(LINES, letter)) lines.push([LINES[letter]!, value])
    else if (letter === 'L' || letter === 'R' || letter === 'D') lines.push(forwardOption(letter, value))
  }
  return [...set, ...lines]
}

/** A forwarding as a configuration line. */
function forwardOption(letter: 'L' | 'R' | 'D', text: string): ConfigOption {
  const [keyword, kind] = FORWARDS[letter]
  const forward = parseForward(text, kind)
  if (!forward) throw new UsageError(`Bad ${kind} forwarding specification '${text}'`)
  const { listen, connect } = forward
  const written = (end: ForwardEnd) => 'path' in end ? end.path : end.host === undefined ? String(end.port) : `[${end.host}]:${end.port}`
  return `${keyword} "${written(listen)}"${connect ? ` "${written(connect)}"` : ''}`
}

function checked(destination: string) {
  try {
    return parseDestination(destination)
  } catch (error) {
    if (error instanceof DestinationError) throw new UsageError(error.message)
    throw error
  }
}
