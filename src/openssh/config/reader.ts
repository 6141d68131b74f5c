import { isAbsolute, join } from 'node:path'
import { SSHError } from '../../errors/ssh-error.ts'
import { matchPatternList } from '../../host-key/known-hosts/pattern.ts'
import { expandGlob } from '../glob.ts'
import { type ConfigFile, readConfigText } from './file.ts'
import { findKeyword, keywordOf, type KeywordName } from './keywords/index.ts'
import { type ConfigLine, ConfigLineError, parseConfigLine } from './line.ts'
import { asksForFinalPass, matchesHostLine, matchesMatchLine, type MatchSubject } from './match.ts'
import { expandEnvironment, expandHome, expandTokens, type LocalUser, TOKEN_LETTERS } from './tokens.ts'
import { some } from './values.ts'

const DEEPEST_INCLUDE = 16

/** An option of the command line: written like a line in a file, or a keyword and its value, which is taken literally. */
export type ConfigOption = string | readonly [keyword: string, value: string]

/** Values of the keywords that lines have named. */
export type RawValues = Map<KeywordName, unknown>

interface Place {
  readonly file: ConfigFile
  readonly number: number
}

/** `Host` and `Match` sections, one after the other. */
interface Section {
  active: boolean
}

/** Applies the lines of ssh_config files to `values`; the first value of each keyword wins. One reader makes one pass. */
export class ConfigReader {
  /** A `Match final` line was seen, so a second pass is needed. */
  finalPassWanted = false
  readonly #values: RawValues
  readonly #local: LocalUser
  readonly #subject: (values: RawValues) => MatchSubject
  readonly #tell: (problem: string) => void
  readonly #problems: string[] = []

  constructor(values: RawValues, local: LocalUser, subject: (values: RawValues) => MatchSubject, tell: (problem: string) => void) {
    this.#values = values
    this.#local = local
    this.#subject = subject
    this.#tell = tell
  }

  /** Options of the command line (`-o`), which apply to every host. */
  readOptions(options: readonly ConfigOption[]): void {
    const file = { path: 'command line', folder: this.#local.home }
    options.forEach((option, index) => this.#guarded({ file, number: index + 1 }, () => {
      const line = typeof option === 'string' ? parseConfigLine(option) : { keyword: option[0].toLowerCase(), args: [option[1]], rest: option[1] }
      if (line?.keyword === 'host' || line?.keyword === 'match' || line?.keyword === 'include') throw new ConfigLineError(`${line.keyword} has no meaning on the command line`)
      if (line) this.#apply(line, file, { active: true }, true, 0)
    }))
    this.#throwProblems('the command line')
  }

  readFile(file: ConfigFile): void {
    this.#file(file, { active: true }, true, 0)
    this.#throwProblems(file.path)
  }

  /** `section.active`: whether the current `Host` or `Match` section applies. `reachable`: whether any section of the file can. */
  #file(file: ConfigFile, section: Section, reachable: boolean, depth: number): void {
    const text = readConfigText(file, this.#local)
    text?.split('\n').forEach((line, index) => this.#guarded({ file, number: index + 1 }, () => {
      const parsed = parseConfigLine(line)
      if (parsed) this.#apply(parsed, file, section, reachable, depth)
    }))
  }

  /** A wrong line makes the file wrong, as in ssh; all wrong lines are reported together. */
  #guarded({ file, number }: Place, work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof ConfigLineError)) throw error
      this.#problems.push(`${file.path}, line ${number}: ${error.message}`)
    }
  }

  #throwProblems(where: string): void {
    if (this.#problems.length === 0) return
    throw new SSHError(this.#problems.length === 1 ? this.#problems[0]! : `${where} has ${this.#problems.length} wrong lines:\n${this.#problems.join('\n')}`, { code: 'ERR_SSH_CONFIG' })
  }

  #apply(line: ConfigLine, file: ConfigFile, section: Section, reachable: boolean, depth: number): void {
    if (line.keyword === 'host') {
      section.active = matchesHostLine(line.args, this.#subject(this.#values)) && reachable
    } else if (line.keyword === 'match') {
      this.finalPassWanted ||= asksForFinalPass(line.args)
      section.active = matchesMatchLine(line.args, this.#subject(this.#values), reachable)
    } else if (line.keyword === 'include') {
      this.#include(some(line), file, section.active, depth + 1)
    } else {
      this.#keyword(line, section.active)
    }
  }

  #keyword(line: ConfigLine, active: boolean): void {
    const name = findKeyword(line.keyword)
    if (name === undefined) {
      const ignored = this.#values.get('ignoreUnknown')
      if (typeof ignored === 'string' && matchPatternList(line.keyword, ignored.toLowerCase().split(','))) return
      throw new ConfigLineError(`no keyword has the name ${JSON.stringify(line.keyword)}`)
    }
    if (name === 'forgotten' || name === 'unsupported') {
      this.#tell(`the keyword ${line.keyword} is ignored: ${name === 'forgotten' ? 'it no longer has a meaning' : 'it is no longer supported'}`)
      return
    }
    const { read, merge, use } = keywordOf(name)
    const value = read(line)
    if (!active || this.#supersedes(name)) return
    if (merge) this.#values.set(name, merge(this.#values.get(name) ?? keywordOf(name).fallback, value))
    else if (!this.#values.has(name)) this.#values.set(name, value)
    if (use !== true) this.#tell(`${line.keyword} has no effect here: ${use}`)
  }

  /** Of ProxyCommand and ProxyJump the first one counts; `ProxyJump none` and `ProxyCommand none` count too. */
  #supersedes(name: KeywordName): boolean {
    const jump = this.#values.get('proxyJump') as readonly unknown[] | undefined
    return (name === 'proxyJump' && this.#values.has('proxyCommand')) || (name === 'proxyCommand' && jump !== undefined && jump.length > 0)
  }

  #include(patterns: readonly string[], file: ConfigFile, active: boolean, depth: number): void {
    if (depth > DEEPEST_INCLUDE) throw new ConfigLineError('files include each other too deeply')
    const { tokens } = this.#subject(this.#values)
    for (const pattern of patterns) {
      const expanded = expandHome(expandEnvironment(expandTokens(pattern, tokens, TOKEN_LETTERS.most), this.#local), this.#local)
      for (const found of expandGlob(isAbsolute(expanded) ? expanded : join(file.folder, expanded))) {
        this.#file({ path: found, folder: file.folder, private: file.private ?? false }, { active }, active, depth)
      }
    }
  }
}
