import { spawnSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { lowerCase } from '../../host-key/host-name.ts'
import { matchPatternList } from '../../host-key/known-hosts/pattern.ts'
import { isInNetworks } from './network.ts'
import { ConfigLineError } from './line.ts'
import { expandTokens, TOKEN_LETTERS } from './tokens.ts'

export type SessionType = 'shell' | 'exec' | 'subsystem' | 'none'

/** The values that `Match` and `Host` lines are compared with. */
export interface MatchSubject {
  /** The host as the user named it. */
  readonly originalHost: string
  /** The host to connect to, as far as it is known when the line is read. */
  readonly host: string
  readonly user: string
  readonly localUser: string
  /** From the last `Tag` line, or from `-P`. */
  readonly tag: string
  /** The remote command; empty for a shell. */
  readonly command: string
  readonly sessionType: SessionType
  /** Whether this is the second pass, which `Match final` and CanonicalizeHostname request. */
  readonly finalPass: boolean
  readonly tokens: Readonly<Record<string, string>>
}

/** The value for `Match version`: the version of OpenSSH whose configuration this code understands. */
export const CONFIG_VERSION = 'OpenSSH_10.0'

/** `Host` lines: patterns, of which none that begins with `!` may match. They are compared with the name that the user gave, and in the second pass with the host itself. */
export function matchesHostLine(patterns: readonly string[], { originalHost, host, finalPass }: MatchSubject): boolean {
  if (patterns.length === 0) throw new ConfigLineError('an argument is missing')
  return matchPatternList(finalPass ? host : originalHost, patterns)
}

const CRITERIA: Readonly<Record<string, (argument: string, subject: MatchSubject) => boolean>> = {
  host: (list, { host }) => matchPatternList(lowerCase(host), lowerCase(list).split(',')),
  originalhost: (list, { originalHost }) => matchPatternList(lowerCase(originalHost), lowerCase(list).split(',')),
  user: (list, { user }) => matchPatternList(user, list.split(',')),
  localuser: (list, { localUser }) => matchPatternList(localUser, list.split(',')),
  localnetwork: (list) => isInNetworks(Object.values(networkInterfaces()).flatMap((all) => all ?? []).filter(({ internal }) => !internal).map(({ address }) => address), list),
  tagged: (list, { tag }) => list === '' ? tag === '' : matchPatternList(tag, list.split(',')),
  command: (list, { command }) => list === '' ? command === '' : matchPatternList(command, list.split(',')),
  sessiontype: (list, { sessionType }) => matchPatternList(sessionType, lowerCase(list).split(',')),
  version: (list) => matchPatternList(CONFIG_VERSION, list.split(',')),
  exec: (command, { tokens }) => succeeds(expandTokens(command, tokens, TOKEN_LETTERS.most)),
}
const WITHOUT_ARGUMENT = ['all', 'canonical', 'final']
const MAY_BE_EMPTY = ['tagged', 'command']

/** `Match` lines: all criteria must hold; `!` negates one. Commands of `exec` only run if all earlier criteria held, and the section can be reached. */
export function matchesMatchLine(args: readonly string[], subject: MatchSubject, reachable: boolean): boolean {
  const words = args.flatMap((word) => /^!?\w+=/.test(word) ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word])
  if (words.length === 0) throw new ConfigLineError('an argument is missing')
  let result = reachable
  for (let i = 0; i < words.length; i++) {
    const negated = words[i]!.startsWith('!')
    const name = words[i]!.slice(negated ? 1 : 0).toLowerCase()
    if (name === 'all' && (words.length > i + 1 || (i > 0 && !(i === 1 && /^!?(canonical|final)$/i.test(words[0]!))))) throw new ConfigLineError('"all" cannot be combined with other criteria')
    const argument = WITHOUT_ARGUMENT.includes(name) ? undefined : words[++i]
    if (!WITHOUT_ARGUMENT.includes(name)) {
      if (!Object.hasOwn(CRITERIA, name)) throw new ConfigLineError(`Match has no criterion ${JSON.stringify(name)}`)
      if (argument === undefined || (argument === '' && !MAY_BE_EMPTY.includes(name))) throw new ConfigLineError(`the criterion ${name} needs an argument`)
    }
    result = result && holds(name, argument ?? '', subject) !== negated
  }
  return result
}

/** Whether a `Match` line requests a second pass. */
export function asksForFinalPass(args: readonly string[]): boolean {
  return args.some((word) => /^!?final$/i.test(word))
}

function holds(name: string, argument: string, subject: MatchSubject): boolean {
  if (name === 'all') return true
  if (name === 'canonical' || name === 'final') return subject.finalPass
  return CRITERIA[name]!(argument, subject)
}

function succeeds(command: string): boolean {
  if (process.platform === 'win32') return spawnSync(command, { shell: true, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  return spawnSync(process.env['SHELL'] || '/bin/sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}
