/** Leaves out control and direction characters of a server's text, which could make it look like something else, or do anything to a terminal. Line breaks stay. */
export function visible(text: string): string {
  return text.replace(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu, '')
}
