import { text } from '../errors/arguments.ts'

/** Characters that need no quotes in a command. */
const PLAIN = /^[\w./-]+$/

/** One or more words of a command. */
export type ShellWord = string | number | readonly (string | number)[]

/**
 * Makes a command for a POSIX shell. The literal text stays as it is (backslashes too), each value becomes one word, and an array becomes one
 * word per element.
 * sh`tar -cf ${archive} -- ${names}` is safe for all values.
 * @throws TypeError for a value inside quotes or behind `$`, where it would not be safe; for one with a NUL; and for one that is neither text,
 * a number nor a list of them.
 */
export function sh(command: TemplateStringsArray, ...values: readonly ShellWord[]): string {
  if (!Array.isArray(command?.raw)) throw new TypeError('sh is a tag of templates: sh`ls`')
  const unquotedBehind = quotes()
  return command.raw.map((part, at) => {
    const unquoted = unquotedBehind(text(part, 'a part of the command'))
    if (at >= values.length) return part
    if (!unquoted) throw new TypeError('a value of sh`…` is inside quotes or behind $; remove them: values are quoted')
    return part + words(values[at] as ShellWord)
  }).join('')
}

/** Quotes one word for a POSIX shell. @throws TypeError for a NUL, which no command can hold. */
export function quoted(word: string): string {
  if (text(word, 'a word').includes('\0')) throw new TypeError('a word of a command must not contain a NUL')
  return PLAIN.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`
}

function words(value: ShellWord): string {
  if (Array.isArray(value)) return (value as readonly (string | number)[]).map(word).join(' ')
  return word(value as string | number)
}

function word(value: string | number): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError('sh takes strings, numbers and lists of them')
  return quoted(String(value))
}

/** Tracks the quotes of a command, including those in `$(…)`, part by part. It returns whether the position behind the part is outside quotes and not behind a `$`. */
function quotes(): (part: string) => boolean {
  /** The open quote at each depth of `$(…)`; an empty string for none. */
  const open = ['']
  return (part) => {
    let behindDollar = false
    for (let at = 0; at < part.length; at++) {
      const character = part[at] as string
      const quote = open.at(-1)
      behindDollar = false
      if (character === quote) open.splice(-1, 1, '')
      else if (quote === '\'') continue
      else if (character === '\\') at++
      else if (character === '$' && part[at + 1] === '(') {
        open.push('')
        at++
      } else if (character === ')' && quote === '' && open.length > 1) open.pop()
      else if (character === '"' || (character === '\'' && quote === '')) open.splice(-1, 1, character)
      else behindDollar = character === '$'
    }
    return open.at(-1) === '' && !behindDollar
  }
}
