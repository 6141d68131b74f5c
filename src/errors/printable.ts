/** Characters that move a cursor, change colours, hide or reorder text: controls and invisible formatting. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A server's text, safe for terminals and logs: at most so many characters, with invisible ones escaped (`\n`, `\u{1b}`). */
export function printable(text: string, most = 200): string {
  return text.slice(0, most).replace(UNSEEN, (unseen) => SHORT[unseen] ?? `\\u{${unseen.codePointAt(0)?.toString(16)}}`) + (text.length > most ? '…' : '')
}
