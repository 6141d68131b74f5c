import type { ConfigLine } from './line.ts'

/** One keyword of ssh_config(5): how its value is read, what it is where no line names it, and how `ssh -G` shows it. */
export interface Keyword<T> {
  /** `true` where the keyword is honoured; else a sentence that says why it has no meaning here. */
  readonly use: true | string
  /** The value where no line gives one. */
  readonly fallback: T
  /** Reads a line's value, which must be right even where the line does not apply. @throws ConfigLineError */
  readonly read: (line: ConfigLine) => T
  /** The lines of `ssh -G`, without the keyword; none where there is nothing to show. */
  readonly print: (value: T) => readonly string[]
  /** For keywords whose lines add up. Without it, the first line counts. */
  readonly merge?: (known: T, added: T) => T
  /** Why a value must not be passed over although it cannot be done here; undefined for the values that are harmless. */
  readonly refuse?: (value: T) => string | undefined
  /** A value that is not done here and that the person hears of, whatever the log level. */
  readonly warn?: (value: T) => string | undefined
}

export type ValueOf<K> = K extends Keyword<infer T> ? T : never

/** The same keyword, read and shown, but without a meaning here. */
export function unused<T>(why: string, keyword: Keyword<T>, more: Pick<Keyword<T>, 'refuse' | 'warn'> = {}): Keyword<T> {
  return { ...keyword, ...more, use: why }
}
