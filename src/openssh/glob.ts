import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Turns a pattern for one part of a path into a regular expression: `*`, `?`, and brackets with ranges and `!` or `^` for negation; a backslash escapes the next character.
 * It takes no longer than pattern times name: what lies between two stars is looked for once, and where it is found first it stays, since the second star matches whatever follows.
 */
export function globExpression(pattern: string): RegExp {
  /** What lies between the stars. */
  const parts = ['']
  const add = (source: string) => { parts[parts.length - 1] += source }
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    const close = char === '[' ? closingBracket(pattern, i) : -1
    if (char === '*') parts.push('')
    else if (char === '?') add('.')
    else if (close > 0) {
      const inner = pattern.slice(i + 1, close), negated = /^[!^]/.test(inner)
      add(`[${negated ? '^' : ''}${bracketSource(inner.slice(negated ? 1 : 0))}]`)
      i = close
    } else if (char === '\\' && i + 1 < pattern.length) add(quoted(pattern[++i]!))
    else add(quoted(char))
  }
  const [first, ...rest] = parts
  const last = rest.pop()
  const between = rest.filter((part) => part !== '').map((part, at) => `(?=(.*?${part}))\\${at + 1}`)
  return new RegExp(`^${first}${between.join('')}${last === undefined ? '' : `.*${last}`}$`, 'su')
}

/** Whether a part of a path is a pattern. */
export const isGlob = (path: string) => /[*?[]/.test(path)

/** The paths that match a pattern (glob(7), without braces), in order; without a pattern, the path itself. Hidden files need a part that begins with a dot. */
export function expandGlob(pattern: string): readonly string[] {
  if (!isGlob(pattern)) return [pattern]
  const parent = dirname(pattern), name = pattern.slice(parent.endsWith('/') ? parent.length : pattern.startsWith(`${parent}/`) ? parent.length + 1 : 0)
  const expression = globExpression(name)
  return expandGlob(parent).flatMap((folder) => entries(folder)
    .filter((entry) => expression.test(entry) && entry.startsWith('.') === name.startsWith('.'))
    .map((entry) => parent === '.' && !pattern.startsWith('./') ? entry : join(folder, entry)))
}

/** The position of the bracket that closes the one at `start`; -1 if that is an ordinary character. A bracket directly after the opening one is one of the characters. */
function closingBracket(pattern: string, start: number): number {
  const first = /^[!^]/.test(pattern.slice(start + 1)) ? start + 2 : start + 1
  const close = pattern.indexOf(']', first + 1)
  return pattern.slice(start, close).includes('/') ? -1 : close
}

/** Ranges stay ranges. A range with reversed ends matches nothing, so it is left out. */
function bracketSource(inner: string): string {
  const classes = inner.replace(/\[:(alpha|digit|alnum|upper|lower|space|xdigit):\]/g, (_, name: string) => CLASSES[name]!)
  const source = classes.replace(/(.)-(.)|(.)/gsu, (_, from: string | undefined, to: string | undefined, single: string | undefined) =>
    single !== undefined ? inClass(single) : from!.codePointAt(0)! <= to!.codePointAt(0)! ? `${inClass(from!)}-${inClass(to!)}` : '')
  return source || quoted('\0')
}

const CLASSES: Readonly<Record<string, string>> = { alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: ' \t', xdigit: '0-9A-Fa-f' }

const quoted = (char: string) => /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
const inClass = (char: string) => char === '-' ? '\\-' : quoted(char)

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
