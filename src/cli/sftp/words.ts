/** A line that cannot be parsed. */
export class LineError extends Error {}

/** Splits a line of sftp(1): quotes of both kinds, a backslash before any character. Quoted patterns keep a backslash, so that they stand for themselves. */
export function splitLine(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!
    if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (quote === '' && char === '#' && word === undefined) {
      break
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char
      word ??= ''
    } else if (char === quote) {
      quote = ''
    } else if (char === '\\' && i + 1 < line.length) {
      word = (word ?? '') + protect(line[++i]!)
    } else {
      word = (word ?? '') + (quote === '' ? char : protect(char))
    }
  }
  if (quote !== '') throw new LineError('Unterminated quoted argument')
  if (word !== undefined) words.push(word)
  return words
}

const protect = (char: string) => /[*?[\\]/.test(char) ? `\\${char}` : char

/** A word without escapes, if no pattern is wanted. */
export const plain = (word: string) => word.replace(/\\(.)/gs, '$1')
