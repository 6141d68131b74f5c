const LF = 0x0a, CR = 0x0d, SPACE = 0x20, BACKSLASH = 0x5c
/** What a backslash and the byte behind it mean, in JSON and in shells. An escaped line break stays a line break. */
const ESCAPED: Readonly<Record<string, number>> = { n: LF, r: CR, t: SPACE, '/': 0x2f, '"': 0x22, '\'': 0x27, '\\': BACKSLASH, '\n': LF, '\r': CR }
/** The same as a number: `\u000a`, `\x0a`. */
const NUMBERED = /^(?:u00|x)(0[ad]|20|2f)/i

/** The most levels of escapes that are undone. */
const MOST_LEVELS = 4

/**
 * Undoes escapes as JSON, PHP and shells write them, in place: `\n`, `\/`, `\u000a`, and those that were escaped again. Other backslashes stay.
 * @param isDone whether a text that has a backslash needs no further level
 * @returns the text, which may have become shorter; the bytes behind it are zeroed
 */
export function unescaped<T extends Uint8Array>(text: T, isDone = (_text: Uint8Array) => false): T {
  let rest: Uint8Array = text
  for (let level = 0; level < MOST_LEVELS && rest.includes(BACKSLASH) && !isDone(rest); level++) rest = rewritten(rest, escapeAt(rest))
  return rest as T
}

const escapeAt = (text: Uint8Array) => (at: number): readonly [byte: number, size: number] => {
  if (text[at] !== BACKSLASH) return [text[at]!, 1]
  const meant = ESCAPED[String.fromCharCode(text[at + 1] ?? 0)]
  if (meant !== undefined) return [meant, 2]
  const number = NUMBERED.exec(String.fromCharCode(...text.subarray(at + 1, at + 6)))
  return number ? [parseInt(number[1]!, 16), 1 + number[0].length] : [BACKSLASH, 1]
}

/** @param next the byte to write for a position, and how many bytes of the text it stands for */
function rewritten(text: Uint8Array, next: (at: number) => readonly [byte: number, size: number]): Uint8Array {
  let length = 0
  for (let at = 0; at < text.length; length++) {
    const [byte, size] = next(at)
    text[length] = byte
    at += size
  }
  text.fill(0, length)
  return text.subarray(0, length)
}
