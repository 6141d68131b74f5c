import { text } from '../errors/arguments.ts'

/** What may stand in a command as it is. */
const PLAIN = /^[\w./-]+$/

/** A word of a command, or several. */
export type ShellWord = string | number | readonly (string | number)[]

/**
 * Makes a command for a POSIX shell: what is written stands as it is (backslashes too), each value becomes one word, an array as many as it holds.
 * sh`tar -cf ${archive} -- ${names}` is safe whatever the values are.
 * @throws TypeError for a value that stands inside quotes or behind `$`, where it would not be safe, holds a NUL, or is neither text, number nor a list of them.
 */
export function sh(command: TemplateStringsArray, ...values: readonly ShellWord[]): string {
  if (!Array.isArray(command?.raw)) throw new TypeError('sh is a tag of templates: sh`ls`')
  const context = new Quotes()
  return command.raw.map((part, at) => {
    context.read(text(part, 'a part of the command'))
    if (at >= values.length) return part
    context.needUnquoted()
    return part + words(values[at] as ShellWord)
  }).join('')
}

/** One word, for a POSIX shell. @throws TypeError for a NUL, which no command can hold. */
export function quoted(word: string): string {
  if (text(word, 'a word').includes('\0')) throw new TypeError('a word of a command must not hold a NUL')
  return PLAIN.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`
}

function words(value: ShellWord): string {
  if (Array.isArray(value)) return (value as readonly (string | number)[]).map(word).join(' ')
  return word(value as string | number)
}

function word(value: string | number): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError('sh takes texts, numbers and lists of them')
  return quoted(String(value))
}

/** Follows the quotes of a command, `$(…)` in them included. */
class Quotes {
  /** The quote that is open at each depth of `$(…)`; an empty text for none. */
  readonly #open = ['']
  #behindDollar = false

  read(text: string): void {
    this.#behindDollar = false
    for (let at = 0; at < text.length; at++) {
      const character = text[at] as string
      const quote = this.#open.at(-1)
      this.#behindDollar = false
      if (quote === '\'') {
        if (character === '\'') this.#set('')
      } else if (character === '\\') at++
      else if (character === '$' && text[at + 1] === '(') {
        this.#open.push('')
        at++
      } else if (character === ')' && quote === '' && this.#open.length > 1) this.#open.pop()
      else if (character === '"') this.#set(quote === '"' ? '' : '"')
      else if (character === '\'' && quote === '') this.#set('\'')
      else this.#behindDollar = character === '$'
    }
  }

  #set(quote: string): void {
    this.#open[this.#open.length - 1] = quote
  }

  needUnquoted(): void {
    if (this.#open.at(-1) !== '' || this.#behindDollar) throw new TypeError('a value of sh`…` stands inside quotes or behind $: write it without them, it is quoted by itself')
  }
}
