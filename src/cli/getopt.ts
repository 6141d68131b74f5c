import { UsageError } from './usage-error.ts'

/** An option on the command line: its letter, and its value. */
export type GivenOption = readonly [letter: string, value: string]

/**
 * Takes options from the front of `words`, as getopt(3) does: grouped letters, values directly after a letter or in the next word; `--` and
 * the first word that is not an option end them.
 * @param letters the valid ones, with a colon after those that take a value
 */
export function getopt(words: readonly string[], letters: string): { readonly options: GivenOption[], readonly rest: readonly string[] } {
  const options: GivenOption[] = []
  let at = 0
  while (at < words.length) {
    const word = words[at]!
    if (word === '--') return { options, rest: words.slice(at + 1) }
    if (!word.startsWith('-') || word === '-') break
    at++
    for (let i = 1; i < word.length; i++) {
      const letter = word[i]!
      const place = letter === ':' ? -1 : letters.indexOf(letter)
      if (place < 0) throw new UsageError(`unknown option -- ${letter}`)
      if (letters[place + 1] !== ':') {
        options.push([letter, ''])
        continue
      }
      const inWord = word.slice(i + 1)
      if (inWord === '' && at >= words.length) throw new UsageError(`option requires an argument -- ${letter}`)
      options.push([letter, inWord === '' ? words[at++]! : inWord])
      break
    }
  }
  return { options, rest: words.slice(at) }
}
