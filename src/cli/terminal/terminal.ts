import { appendFileSync, closeSync } from 'node:fs'
import type { MessageLevel, Person } from '../../openssh/person.ts'
import type { LogLevel } from '../../openssh/config/keywords/session.ts'
import { runAskpass, wantsAskpass } from './askpass.ts'
import { askAt, type Asking, openConsole } from './console.ts'
import { visible } from './visible.ts'

const LEVELS: readonly (LogLevel | MessageLevel)[] = ['QUIET', 'FATAL', 'ERROR', 'INFO', 'VERBOSE', 'DEBUG', 'DEBUG2', 'DEBUG3']

/** The user at the terminal. */
export class Terminal implements Person {
  /** Less important messages are not shown. */
  level: LogLevel = 'INFO'
  readonly #logFile: string | undefined

  constructor(logFile?: string) {
    this.#logFile = logFile
  }

  tell(text: string, level: MessageLevel = 'INFO'): void {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.level)) return
    const prefix = level === 'DEBUG' ? 'debug1: ' : level.startsWith('DEBUG') ? `${level.toLowerCase()}: ` : ''
    const lines = visible(text).split('\n').map((line) => prefix + line)
    // As in ssh, whose lines are right on a terminal in raw mode too.
    if (this.#logFile === undefined) process.stderr.write(lines.map((line) => `${line}\r\n`).join(''))
    else appendFileSync(this.#logFile, lines.map((line) => `${line}\n`).join(''))
  }

  /** On stderr even with `-E`, and not with `-q`, as in ssh. */
  banner(text: string): void {
    if (LEVELS.indexOf('INFO') <= LEVELS.indexOf(this.level)) process.stderr.write(visible(text))
  }

  /** Whether the terminal is in raw mode. */
  raw = false

  ask(question: string): Promise<string | undefined> {
    return prompt(question, { echo: true })
  }

  /** As `ask`, but Ctrl-C gives no answer, and does not end the program. */
  askCommand(question: string): Promise<string | undefined> {
    return prompt(question, { echo: true, interruptible: true })
  }

  askSecret(question: string): Promise<string | undefined> {
    return prompt(question, { echo: false })
  }
}

async function prompt(question: string, how: Asking): Promise<string | undefined> {
  const place = openConsole()
  if (wantsAskpass(process.env, place !== undefined)) {
    if (place) {
      closeSync(place.input)
      closeSync(place.output)
    }
    return runAskpass(process.env['SSH_ASKPASS']!, visible(question), how.echo)
  }
  return place && askAt(place, visible(question), how)
}
