import { LineError, plain } from './words.ts'

/** The options before a command's words. @throws LineError for a letter that the command does not have */
export function flagsOf(command: string, words: readonly string[], letters: string): { readonly flags: ReadonlySet<string>, readonly rest: readonly string[] } {
  const flags = new Set<string>()
  let at = 0
  for (; at < words.length && /^-./.test(words[at]!); at++) {
    if (words[at] === '--') return { flags, rest: words.slice(at + 1) }
    for (const letter of words[at]!.slice(1)) {
      if (!letters.includes(letter)) throw new LineError(`${command}: Invalid flag -${letter}`)
      flags.add(letter)
    }
  }
  return { flags, rest: words.slice(at) }
}

/** Exactly so many words, unescaped. @throws LineError */
export function exactly(command: string, words: readonly string[], count: number): string[] {
  if (words.length < count) throw new LineError(`You must specify ${count === 1 ? 'a path' : `${count} paths`} after a ${command} command.`)
  if (words.length > count) throw new LineError(`${command}: too many arguments`)
  return words.map(plain)
}

/** A number after a command. @throws LineError */
export function numberOf(command: string, text: string | undefined, base: 8 | 10): number {
  const wanted = base === 8 ? /^[0-7]{1,4}$/ : /^\d{1,10}$/
  if (text === undefined || !wanted.test(text)) throw new LineError(`You must supply a numeric argument to the ${command} command.`)
  return Number.parseInt(text, base)
}
