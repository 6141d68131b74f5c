/** One parsed line of an ssh_config file. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string
  readonly args: readonly string[]
  /** Everything after the keyword as written, for commands. */
  readonly rest: string
}

/** What is wrong with a line; the reader of the file adds the place. */
export class ConfigLineError extends Error {}

/** Parses a line as ssh_config(5) says: `keyword argument…` or `keyword=argument`; undefined for blank lines and comments. */
export function parseConfigLine(text: string): ConfigLine | undefined {
  const line = text.trim()
  if (line === '' || line.startsWith('#')) return undefined
  const [, quoted, plain, rest] = /^(?:"([^"]*)"|([^\s="]+))\s*=?\s*(.*)$/s.exec(line) ?? []
  const keyword = quoted ?? plain
  if (keyword === undefined || rest === undefined) throw new ConfigLineError('a line without a keyword')
  return { keyword: keyword.toLowerCase(), args: splitArguments(rest), rest }
}

/** Splits at white space outside quotes; a backslash escapes quotes, backslashes and blanks; `#` at the start of an argument begins a comment. */
export function splitArguments(text: string): string[] {
  const args: string[] = []
  let i = 0
  while (i < text.length) {
    if (isBlank(text[i]!)) {
      i++
      continue
    }
    if (text[i] === '#') break
    let arg = '', quote = ''
    for (; i < text.length && (quote !== '' || !isBlank(text[i]!)); i++) {
      const char = text[i]!, next = text[i + 1] ?? ''
      if (char === '\\' && (next === '"' || next === "'" || next === '\\' || (next === ' ' && quote === ''))) arg += text[++i]!
      else if (quote === '' && (char === '"' || char === "'")) quote = char
      else if (char === quote) quote = ''
      else arg += char
    }
    if (quote !== '') throw new ConfigLineError('a quote is not closed')
    args.push(arg)
  }
  return args
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t'
}
