const LF = 0x0a, CR = 0x0d, BACKSLASH = 0x5c, LETTER_N = 0x6e, LETTER_R = 0x72

/**
 * Turns every line break of a text into one LF, in place: CR LF, CR, and with `escaped` also those that are written as `\r` and `\n`.
 * @returns the text, which may have become shorter; the rest behind it is zeroed
 */
export function withLineFeeds(text: Uint8Array, escaped: boolean): Uint8Array {
  if (!text.includes(CR) && !(escaped && text.includes(BACKSLASH))) return text
  let length = 0
  for (let at = 0; at < text.length; length++) {
    const size = breakAt(text, at, escaped)
    text[length] = size > 0 ? LF : text[at]!
    at += size || 1
  }
  text.fill(0, length)
  return text.subarray(0, length)
}

/** The length in bytes of the line break there, 0 if there is none. */
function breakAt(text: Uint8Array, at: number, escaped: boolean): number {
  if (text[at] === LF) return 1
  if (text[at] === CR) return text[at + 1] === LF ? 2 : 1
  if (!escaped || text[at] !== BACKSLASH) return 0
  if (text[at + 1] === LETTER_N) return 2
  if (text[at + 1] !== LETTER_R) return 0
  return text[at + 2] === BACKSLASH && text[at + 3] === LETTER_N ? 4 : 2
}
