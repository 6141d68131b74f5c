/** The actions that a user can type after the escape character at the beginning of a line (ssh(1), ESCAPE CHARACTERS). */
export type EscapeAction = 'disconnect' | 'suspend' | 'list' | 'help' | 'command' | 'about' | 'rekey' | 'break' | 'background' | 'more' | 'less'

const ACTIONS: ReadonlyMap<number, EscapeAction> = new Map([...Object.entries({
  '.': 'disconnect', '\x1a': 'suspend', '#': 'list', '?': 'help', C: 'command', I: 'about', R: 'rekey', B: 'break', '&': 'background', V: 'less', v: 'more',
} as const)].map(([key, action]) => [key.charCodeAt(0), action]))

const RETURN = 13, LINE_FEED = 10

/** Finds escapes in typed text. */
export class EscapeFilter {
  readonly #escape: number
  #atLineStart = true
  #escaped = false

  /** @param escape the byte of the escape character */
  constructor(escape: number) {
    this.#escape = escape
  }

  /** The bytes for the server and the requested actions, in order. */
  *feed(chunk: Uint8Array): Generator<Uint8Array | EscapeAction, void> {
    let start = 0
    const held: number[] = []
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (this.#escaped) {
        this.#escaped = false
        const action = ACTIONS.get(byte)
        if (action) {
          start = i + 1
          this.#atLineStart = true
          yield action
          continue
        }
        // Typed twice, the character stands for itself; before any other character it was part of the text.
        if (byte !== this.#escape) held.push(this.#escape)
        yield Uint8Array.of(...held.splice(0), byte)
        start = i + 1
        this.#atLineStart = byte === RETURN || byte === LINE_FEED
        continue
      }
      if (this.#atLineStart && byte === this.#escape) {
        if (i > start) yield chunk.subarray(start, i)
        start = i + 1
        this.#escaped = true
        continue
      }
      this.#atLineStart = byte === RETURN || byte === LINE_FEED
    }
    if (start < chunk.length) yield chunk.subarray(start)
  }
}

/** The text of `~?`. */
export function escapeHelp(escape: number, commandLine: boolean): string {
  const name = escape < 32 ? `^${String.fromCharCode(escape + 64)}` : String.fromCharCode(escape)
  const lines: [string, string][] = [
    ['.', 'terminate connection (and any multiplexed sessions)'], ['B', 'send a BREAK to the remote system'], ...commandLine ? [['C', 'open a command line'] as [string, string]] : [], ['I', 'show connection information'], ['R', 'request rekey'],
    ['V/v', 'decrease/increase verbosity (LogLevel)'], ['^Z', 'suspend ssh'], ['#', 'list forwarded connections'], ['?', 'this message'], [name, 'send the escape character by typing it twice'],
  ]
  return ['Supported escape sequences:', ...lines.map(([key, text]) => ` ${name}${key.padEnd(4)}- ${text}`), '(Note that escapes are only recognized immediately after newline.)'].join('\n')
}
