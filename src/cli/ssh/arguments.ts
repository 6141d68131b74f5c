import type { ConfigOption } from '../../openssh/config/reader.ts'
import { type ForwardEnd, parseForward } from '../../openssh/forward-spec.ts'
import { DestinationError, parseDestination } from '../../openssh/destination.ts'
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
  /** Missing or empty: the login shell. */
  readonly command: string
  /** Print the configuration and exit (`-G`). */
  readonly print: boolean
  /** Connects standard input and output to this address through the server (`-W`). */
  readonly stdioForward: ForwardEnd | undefined
}

export type Query = { readonly verb: 'query', readonly what: string }
export type Simple = { readonly verb: 'version' } | { readonly verb: 'help' }

const LETTERS = '1246ab:c:e:fgi:kl:m:no:p:qstvxAB:CD:E:F:GI:J:KL:MNO:P:Q:R:S:TVw:W:XYyh'

/** Options that set a keyword to a fixed value. */
const FLAGS: Readonly<Record<string, readonly ConfigOption[]>> = {
  4: [['AddressFamily', 'inet']], 6: [['AddressFamily', 'inet6']], a: [['ForwardAgent', 'no']], A: [['ForwardAgent', 'yes']], C: [['Compression', 'yes']],
  f: [['ForkAfterAuthentication', 'yes'], ['StdinNull', 'yes']], g: [['GatewayPorts', 'yes']], k: [['GSSAPIDelegateCredentials', 'no']], K: [['GSSAPIAuthentication', 'yes'], ['GSSAPIDelegateCredentials', 'yes']],
  M: [['ControlMaster', 'yes']], n: [['StdinNull', 'yes']], N: [['SessionType', 'none'], ['RequestTTY', 'no']], s: [['SessionType', 'subsystem']], T: [['RequestTTY', 'no']],
  x: [['ForwardX11', 'no']], X: [['ForwardX11', 'yes']], Y: [['ForwardX11', 'yes'], ['ForwardX11Trusted', 'yes']], 2: [], y: [],
}

/** Options that set a keyword to the value that follows. */
const VALUES: Readonly<Record<string, string>> = {
  b: 'BindAddress', B: 'BindInterface', c: 'Ciphers', e: 'EscapeChar', i: 'IdentityFile', I: 'PKCS11Provider', J: 'ProxyJump', l: 'User', m: 'MACs', p: 'Port', P: 'Tag', S: 'ControlPath', w: 'TunnelDevice',
}

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
  if (has('O')) throw new UsageError('-O: this program does not share connections, so there is none to control')
  const connection = connectionOf(destination, given)
  const place = value('W')
  return {
    verb: 'ssh', ...connection,
    options: [...place === undefined ? [] : STDIO_OPTIONS, ...connection.options],
    command: behind.rest.join(' '), print: has('G'), stdioForward: place === undefined ? undefined : stdioPlace(place),
  }
}

/** Options that `-W` implies. */
const STDIO_OPTIONS: readonly ConfigOption[] = [['SessionType', 'none'], ['RequestTTY', 'no'], ['ExitOnForwardFailure', 'yes'], ['ClearAllForwardings', 'yes']]

function stdioPlace(text: string): ForwardEnd {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? []
  const port = digits === undefined ? undefined : parsePort(digits)
  if (port !== undefined) return { host: (bracketed ?? plain)!, port }
  if (text.startsWith('/')) return { path: text }
  throw new UsageError(`Bad stdio forwarding specification '${text}'`)
}

/** The options of ssh that every verb takes, as configuration lines. @throws UsageError */
export function connectionOf(destination: string | undefined, given: readonly GivenOption[]): ConnectionArguments {
  if (destination === undefined) throw new UsageError('a host is required')
  const { host, options: fromHost } = checked(destination)
  const last = (letter: string) => given.findLast(([name]) => name === letter)?.[1]
  const verbose = given.filter(([letter]) => letter === 'v').length
  return {
    host, options: [...configOptions(given), ...fromHost], file: last('F'), logFile: last('E'),
    level: verbose === 0 ? undefined : verbose === 1 ? 'DEBUG' : verbose === 2 ? 'DEBUG2' : 'DEBUG3',
    quiet: last('q') !== undefined,
  }
}

export function configOptions(given: readonly GivenOption[]): ConfigOption[] {
  const terminals = given.filter(([letter]) => letter === 't').length
  const lines = given.flatMap(([letter, value]): readonly ConfigOption[] => {
    if (letter === 'o') return [value]
    if (letter === 'w') return [['Tunnel', 'yes'], ['TunnelDevice', value]]
    if (Object.hasOwn(FLAGS, letter)) return FLAGS[letter]!
    if (Object.hasOwn(VALUES, letter)) return [[VALUES[letter]!, value]]
    return letter === 'L' || letter === 'R' || letter === 'D' ? [forwardOption(letter, value)] : []
  })
  return [...lines, ...terminals === 0 ? [] : [['RequestTTY', terminals > 1 ? 'force' : 'yes'] as const]]
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
