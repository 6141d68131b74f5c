import { type ConfigLine, ConfigLineError } from './line.ts'
import type { Keyword } from './spec.ts'
import { command, one, parsePort, parseSeconds, some, someOrNone, whole, word } from './values.ts'

const YES_NO = { yes: true, true: true, no: false, false: false } as const

/** `yes` or `no`. */
export function flag(fallback: boolean, names: readonly [string, string] = ['yes', 'no']): Keyword<boolean> {
  return { use: true, fallback, read: (line) => word(line, YES_NO), print: (value) => [value ? names[0] : names[1]] }
}

/** One of some words; `aliases` are other spellings. `shown` has the words of `ssh -G` that differ. */
export function choice<const T extends string>(fallback: NoInfer<T>, words: readonly T[], aliases: Readonly<Record<string, NoInfer<T>>> = {}, shown: Readonly<Record<string, string>> = {}): Keyword<T> {
  const values: Record<string, T> = { ...Object.fromEntries(words.map((name) => [name.toLowerCase(), name])) as Record<string, T>, ...aliases }
  return { use: true, fallback, read: (line) => word(line, values), print: (value) => [shown[value] ?? value] }
}

/** Words that include `yes` and `no`, for which `true` and `false` are also accepted and which `ssh -G` prints. */
export function yesNoOr<const T extends string>(fallback: NoInfer<T> | 'yes' | 'no', words: readonly T[], shown: Readonly<Record<string, string>> = { yes: 'true', no: 'false' }): Keyword<T | 'yes' | 'no'> {
  return choice<T | 'yes' | 'no'>(fallback, ['yes', 'no', ...words], { true: 'yes', false: 'no' }, shown)
}

/** Optional text. */
export function text(): Keyword<string | undefined> {
  return optional(one)
}

/** Everything after the keyword. */
export function commandText(): Keyword<string | undefined> {
  return optional(command)
}

export function optional<T>(read: (line: ConfigLine) => T, show: (value: T) => string = String): Keyword<T | undefined> {
  return { use: true, fallback: undefined, read, print: (value) => value === undefined ? [] : [show(value)] }
}

/** Text with a default. */
export function textOr(fallback: string): Keyword<string> {
  return { use: true, fallback, read: one, print: (value) => [value] }
}

export function number(fallback: number): Keyword<number> {
  return { use: true, fallback, read: whole, print: (value) => [String(value)] }
}

export function port(fallback: number): Keyword<number> {
  return {
    use: true, fallback, print: (value) => [String(value)],
    read(line) {
      const value = parsePort(one(line))
      if (value === undefined) throw new ConfigLineError('not a port')
      return value
    },
  }
}

/** Seconds; with `none`, that word means 0, and 0 is shown as `none`. */
export function seconds(fallback: number, none = false): Keyword<number> {
  return {
    use: true, fallback, print: (value) => [none && value === 0 ? 'none' : String(value)],
    read: (line) => none && one(line).toLowerCase() === 'none' ? 0 : parseSeconds(one(line)),
  }
}

/** Words on one line; the first such line counts. */
export function words(fallback: readonly string[], withNone = false): Keyword<readonly string[]> {
  return { use: true, fallback, read: withNone ? someOrNone : some, print: (value) => [value.length > 0 ? value.join(' ') : 'none'] }
}

/** Each line adds one or more values; duplicates are dropped. */
export function list<T>(read: (line: ConfigLine) => readonly T[], show: (value: T) => string = String): Keyword<readonly T[]> {
  return {
    use: true, fallback: [], read, print: (values) => values.map(show),
    merge: (known, added) => [...known, ...added.filter((item) => !known.some((other) => JSON.stringify(other) === JSON.stringify(item)))],
  }
}
