import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { SSHError } from '../../errors/ssh-error.ts'
import { expandGlob } from '../glob.ts'
import { KEYWORDS, type Values } from './keywords.ts'
import { type ConfigLine, ConfigLineError, parseConfigLine } from './line.ts'
import { asksForFinalPass, matchesHostLine, matchesMatchLine, type MatchSubject } from './match.ts'
import { expandHome, type LocalUser } from './tokens.ts'
import { some } from './values.ts'

const DEEPEST_INCLUDE = 16
const WRITABLE_BY_ALL = 0o002

export interface ConfigFile {
  readonly path: string
  /** Where relative `Include` paths begin. */
  readonly folder: string
  /** A file that must be there, because the user named it. */
  readonly required?: boolean
  /** A file that others may not write to. */
  readonly private?: boolean
}

/** Applies the lines of ssh_config files to `values`, the first value of each keyword winning. One reader makes one pass. */
export class ConfigReader {
  /** A `Match final` line was seen: a second pass is wanted. */
  finalPassWanted = false
  readonly #values: Values
  readonly #local: LocalUser
  readonly #subject: (values: Values) => MatchSubject

  constructor(values: Values, local: LocalUser, subject: (values: Values) => MatchSubject) {
    this.#values = values
    this.#local = local
    this.#subject = subject
  }

  /** Lines of the command line (`-o`): they apply whatever the host is. */
  readLines(lines: readonly string[], source: string): void {
    const section = { active: true }
    lines.forEach((text, index) => this.#line(text, { path: source, folder: this.#local.home }, index + 1, section, true, 0))
  }

  readFile(file: ConfigFile): void {
    this.#file(file, { active: true }, true, 0)
  }

  /** `section.active`: whether the `Host` or `Match` section being read applies. `reachable`: whether any section of the file can. */
  #file(file: ConfigFile, section: { active: boolean }, reachable: boolean, depth: number): void {
    const text = readText(file, this.#local.uid)
    text?.split('\n').forEach((line, index) => this.#line(line, file, index + 1, section, reachable, depth))
  }

  #line(text: string, file: ConfigFile, number: number, section: { active: boolean }, reachable: boolean, depth: number): void {
    try {
      const line = parseConfigLine(text)
      if (line) this.#apply(line, file, section, reachable, depth)
    } catch (error) {
      if (!(error instanceof ConfigLineError)) throw error
      throw new SSHError(`${file.path}, line ${number}: ${error.message}`, { code: 'ERR_SSH_CONFIG' })
    }
  }

  #apply(line: ConfigLine, file: ConfigFile, section: { active: boolean }, reachable: boolean, depth: number): void {
    if (line.keyword === 'host') {
      section.active = matchesHostLine(line.args, this.#subject(this.#values)) && reachable
    } else if (line.keyword === 'match') {
      this.finalPassWanted ||= asksForFinalPass(line.args)
      section.active = reachable && matchesMatchLine(line.args, this.#subject(this.#values))
    } else if (line.keyword === 'include') {
      this.#include(some(line), file, section.active, depth + 1)
    } else if (Object.hasOwn(KEYWORDS, line.keyword)) {
      const apply = KEYWORDS[line.keyword]!(line)
      if (section.active) apply(this.#values)
    }
  }

  #include(patterns: readonly string[], file: ConfigFile, active: boolean, depth: number): void {
    if (depth > DEEPEST_INCLUDE) throw new ConfigLineError('files include each other too deeply')
    for (const pattern of patterns) {
      const path = expandHome(pattern, this.#local)
      for (const found of expandGlob(isAbsolute(path) ? path : join(file.folder, path))) {
        this.#file({ path: found, folder: file.folder, private: true }, { active }, active, depth)
      }
    }
  }
}

/** Undefined where a file is not there, or a directory is, that need not be. */
function readText({ path, required = false, private: guarded = false }: ConfigFile, uid: number): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SSHError(`${path} cannot be read`, { code: 'ERR_SSH_CONFIG', cause })
  }
  try {
    const status = fstatSync(descriptor)
    const { uid: owner, mode } = status
    if (!required && status.isDirectory()) return undefined
    if (guarded && ((owner !== 0 && owner !== uid) || (mode & WRITABLE_BY_ALL) !== 0)) throw new SSHError(`${path} belongs to somebody else, or everybody may write to it`, { code: 'ERR_SSH_CONFIG' })
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}
