import { globExpression } from '../../../openssh/glob.ts'

/** Tells whether a name is one that was asked for, by the last part of the path and the braces that the server's shell expands: a server must not choose what is written here. */
export function requestedNames(path: string): (name: string) => boolean {
  const expressions = expandBraces(path).map((each) => globExpression(each.split('/').at(-1)!))
  return (name) => expressions.some((expression) => expression.test(name))
}

/** How many words braces may expand to: more would take memory for nothing. */
const MOST = 10_000

/** `a{b,c}` is `ab` and `ac`, and braces may be within others. Escaped ones stay. */
function expandBraces(pattern: string): readonly string[] {
  const words: string[] = [], waiting = [pattern]
  for (let word = waiting.pop(); word !== undefined; word = waiting.pop()) {
    const range = firstBraces(word)
    if (!range) words.push(word)
    else waiting.push(...choices(word.slice(range[0] + 1, range[1])).map((choice) => word!.slice(0, range[0]) + choice + word!.slice(range[1] + 1)))
    if (words.length + waiting.length > MOST) throw new RangeError('too many alternatives in braces')
  }
  return words
}

/** The places of the first brace and of the one that closes it. `{}` is no choice. */
function firstBraces(word: string): readonly [number, number] | undefined {
  let depth = 0, start = -1
  for (let i = 0; i < word.length; i++) {
    if (word[i] === '\\') i++
    else if (word[i] === '{' && !(depth === 0 && word[i + 1] === '}')) {
      if (depth++ === 0) start = i
    } else if (word[i] === '}' && depth > 0 && --depth === 0) return [start, i]
  }
  return undefined
}

/** Splits at the commas that are in no other braces. */
function choices(text: string): readonly string[] {
  const found = ['']
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === ',' && depth === 0) {
      found.push('')
      continue
    }
    depth += char === '{' ? 1 : char === '}' ? -1 : 0
    found[found.length - 1] += char === '\\' ? text.slice(i, ++i + 1) : char
  }
  return found
}
