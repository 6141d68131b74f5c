/** Escapes control and direction characters in the server's text, which could make it look like something else. */
export function visible(text: string): string {
  return text.replace(/[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
}
