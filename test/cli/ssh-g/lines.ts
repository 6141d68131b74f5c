import type { AlgorithmKind } from '../../../src/client/algorithms.ts'

/** An `ssh` to compare with. */
export interface Reader {
  readonly command: string
  readonly version: number
}

/** Lists of algorithms by keyword. */
export type Lists = Readonly<Record<string, readonly string[]>>

/** The default lists of the program whose lines are read, and of the other one. */
export interface Defaults {
  readonly own: Lists
  readonly other: Lists
}

const KINDS: Readonly<Record<string, AlgorithmKind>> = { ciphers: 'cipher', macs: 'mac', kexalgorithms: 'kex', hostkeyalgorithms: 'hostKey', pubkeyacceptedalgorithms: 'hostKey', hostbasedacceptedalgorithms: 'hostKey', casignaturealgorithms: 'hostKey' }

/** The first versions that show a keyword, or show it as the newest one does. */
const LATER: Readonly<Record<string, number>> = { obscurekeystroketiming: 9.5, channeltimeout: 9.9, ipqos: 10, revokedhostkeys: 9.4, warnweakcrypto: 10.1, refuseconnection: 10.1, tag: 10.1, versionaddendum: 10.1 }
/** Lines that only one of the two has: files of keys that only one knows, and the default of a keyword that Debian adds. */
const ONE_SIDED = /^(identityfile ~\/\.ssh\/id_(xmss|dsa|mldsa44_ed25519)|gssapikexalgorithms gss-group14-sha256-,.*)$/

export function defaultsOf(printed: string): Lists {
  return Object.fromEntries(printed.trim().split('\n').map((line) => line.split(' ')).filter(([name]) => name! in KINDS).map(([name, list]) => [name!, list!.split(',')]))
}

/** The lines in order of keywords; lists of algorithms as their difference from that program's defaults, of the names that we have. */
export function comparable(printed: string, defaults: Defaults, { version }: Reader, available: (kind: AlgorithmKind) => readonly string[]): string[] {
  const lines = withoutFaults(printed.trim().split('\n')).filter((line) => (LATER[line.split(' ')[0]!] ?? 0) <= version && !ONE_SIDED.test(line))
  return byKeyword(lines.map((line) => {
    const [name = '', list = ''] = line.split(' ')
    return name in KINDS ? `${name} ${difference(list.split(','), defaults.own[name]!, defaults.other[name]!, available(KINDS[name]!))}` : line
  }))
}

/** Faults of `ssh -G`: -C is shown as a number without a name (10.0), forwardings to Unix sockets are repeated as dynamic ones; and Debian's own default of ServerAliveInterval in batch mode. */
function withoutFaults(lines: readonly string[]): string[] {
  const toSockets = lines.filter((line) => /^localforward \S+ \/|^localforward \//.test(line)).map((line) => `dynamicforward ${line.split(' ')[1]}`)
  const batch = lines.includes('batchmode yes')
  return lines.filter((line) => !toSockets.includes(line)).map((line) => {
    if (line === 'compression UNKNOWN') return 'compression yes'
    if (batch && line === 'serveraliveinterval 300') return 'serveraliveinterval 0'
    return line.replace(/^canonicalizePermittedcnames/, 'canonicalizepermittedcnames')
  })
}

/** Lines of one keyword stay in their order. */
function byKeyword(lines: readonly string[]): string[] {
  const keyword = (line: string) => line.split(' ')[0]!
  return [...lines].sort((a, b) => keyword(a) < keyword(b) ? -1 : keyword(a) > keyword(b) ? 1 : 0)
}

function difference(list: readonly string[], own: readonly string[], other: readonly string[], known: readonly string[]): string {
  const common = own.filter((name) => other.includes(name) && known.includes(name))
  const added = list.filter((name) => known.includes(name) && !own.includes(name) && !other.includes(name))
  const removed = common.filter((name) => !list.includes(name)).sort()
  const kept = list.filter((name) => common.includes(name)), usual = common.filter((name) => list.includes(name))
  return `+${added.join(',')} -${removed.join(',')}${kept[0] === usual[0] ? '' : ` begins with ${kept[0]}`}`
}
