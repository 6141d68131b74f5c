/** The line break that the last line of a text may lack. */
export function missingBreak(text: string): '' | '\n' {
  return text === '' || text.endsWith('\n') ? '' : '\n'
}

/** Several texts as one. */
export function joinedTexts(texts: readonly string[]): string {
  return texts.map((text) => text + missingBreak(text)).join('')
}
