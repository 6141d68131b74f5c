import type { ConfigLine } from './line.ts'

/** One keyword of ssh_config(5): how its value is read, its default, and how `ssh -G` shows it. */
export interface Keyword<T> {
  /** `true` if the keyword is honoured; otherwise a sentence that says why it has no meaning here. */
  readonly use: true | string
  /** The value if no line gives one. */
  readonly fallback: T
  /** Reads a line's value, which must be valid even if the line does not apply. @throws ConfigLineError */
  readonly read: (line: ConfigLine) => T
  /** The lines of `ssh -G`, without the keyword; none if there is nothing to show. */
  readonly print: (value: T) => readonly string[]
  /** For keywords whose lines add up. Without it, the first line counts. */
  readonly merge?: (known: T, added: T) => T
  /** Why a value that is unsupported here must not be ignored; undefined for harmless values. */
  readonly refuse?: (value: T) => string | undefined
  /** The message about a value that is unsupported here, shown at any log level. */
  readonly warn?: (value: T) => string | undefined
}

export type ValueOf<K> = K extends Keyword<infer T> ? T : never

/** The same keyword, read and shown, but without an effect here. */
export function unused<T>(why: string, keyword: Keyword<T>, more: Pick<Keyword<T>, 'refuse' | 'warn'> = {}): Keyword<T> {
  return { ...keyword, ...more, use: why }
}
