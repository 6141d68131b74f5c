/** Controls except line breaks and tabs, line separators, and characters that turn the direction of the text around them. */
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu

/** Escapes what could control the terminal, or show the text in another order, since it may come from a server. Line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const hex = character.charCodeAt(0).toString(16)
    return hex.length > 2 ? `\\u{${hex}}` : `\\x${hex.padStart(2, '0')}`
  })
}

/** The same for what stands in one line, such as a name: line breaks and tabs are escaped too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

/** JSON in one line, in which the same characters are escaped as JSON escapes controls. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
