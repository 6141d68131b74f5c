import { spawnSync } from 'node:child_process'
import { lowerCase } from '../../host-key/host-name.ts'
import { matchPatternList } from '../../host-key/known-hosts/pattern.ts'
import { ConfigLineError } from './line.ts'
import { expandTokens } from './tokens.ts'

/** What `Match` and `Host` lines are compared with. */
export interface MatchSubject {
  /** The host as the user named it. */
  readonly originalHost: string
  /** The host that will be connected to, as far as is known when the line is read. */
  readonly host: string
  readonly user: string
  readonly localUser: string
  /** Whether this is the second pass, which `Match final` asks for. */
  readonly finalPass: boolean
  readonly tokens: Readonly<Record<string, string>>
  /** Told of criteria that are not supported: they never match. */
  readonly warn: (problem: string) => void
}

/** `Host` lines: patterns, of which none that begins with `!` may match. They are compared with the name that the user gave, in the second pass with the host itself. */
export function matchesHostLine(patterns: readonly string[], { originalHost, host, finalPass }: MatchSubject): boolean {
  if (patterns.length === 0) throw new ConfigLineError('an argument is missing')
  return matchPatternList(finalPass ? host : originalHost, patterns)
}

const CRITERIA: Readonly<Record<string, (argument: string, subject: MatchSubject) => boolean>> = {
  host: (list, { host }) => matchPatternList(lowerCase(host), lowerCase(list).split(',')),
  originalhost: (list, { originalHost }) => matchPatternList(lowerCase(originalHost), lowerCase(list).split(',')),
  user: (list, { user }) => matchPatternList(user, list.split(',')),
  localuser: (list, { localUser }) => matchPatternList(localUser, list.split(',')),
  exec: (command, { tokens }) => succeeds(expandTokens(command, tokens)),
}
const WITHOUT_ARGUMENT = ['all', 'canonical', 'final']

/** `Match` lines: all criteria must hold; `!` before one turns it round. Commands of `exec` are run only where all before them held. */
export function matchesMatchLine(args: readonly string[], subject: MatchSubject): boolean {
  const words = args.flatMap((word) => /^!?\w+=/.test(word) ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word])
  if (words.length === 0) throw new ConfigLineError('an argument is missing')
  let result = true
  for (let i = 0; i < words.length; i++) {
    const negated = words[i]!.startsWith('!')
    const name = words[i]!.slice(negated ? 1 : 0).toLowerCase()
    if (name === 'all' && (words.length > i + 1 || (i > 0 && !(i === 1 && /^!?(canonical|final)$/i.test(words[0]!))))) throw new ConfigLineError('"all" does not go with other criteria')
    const argument = WITHOUT_ARGUMENT.includes(name) ? undefined : words[++i]
    if (argument === undefined && !WITHOUT_ARGUMENT.includes(name)) throw new ConfigLineError(`the criterion ${name} needs an argument`)
    result = result && holds(name, argument ?? '', subject) !== negated
  }
  return result
}

/** Whether a `Match` line asks for a second pass. */
export function asksForFinalPass(args: readonly string[]): boolean {
  return args.some((word) => /^!?final$/i.test(word))
}

function holds(name: string, argument: string, subject: MatchSubject): boolean {
  if (name === 'all') return true
  if (name === 'canonical' || name === 'final') return subject.finalPass
  if (Object.hasOwn(CRITERIA, name)) return CRITERIA[name]!(argument, subject)
  subject.warn(`Match ${name} is not supported and never holds`)
  return false
}

function succeeds(command: string): boolean {
  return spawnSync(process.env.SHELL ?? '/bin/sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}
