/// One page that shows a kept shell: a WebSocket. A Worker cannot see what a WebSocket still has to send, so pages acknowledge what they have shown.

/** Unacknowledged bytes at which the shell waits for the page. */
export const WINDOW = 1 << 20
/** Milliseconds that a page may keep the others waiting. */
const PATIENCE = 10_000

/** What a page sends as text: a new size of its terminal, or how many bytes it has shown so far. Its keystrokes are binary messages. */
export type FromPage = { readonly columns: number, readonly rows: number } | { readonly shown: number }

/** What a page receives as text; the shell's output comes in binary messages. */
export type ToPage =
  /** The first message. `replayed` bytes of earlier output follow: terminals must not answer what they ask. */
  | { readonly type: 'attached', readonly replayed: number }
  /** The shell has ended; the WebSocket closes. */
  | { readonly type: 'ended', readonly code: number | null, readonly signal: string | null }
  /** The SSH session was lost, and the shell with it; the WebSocket closes. */
  | { readonly type: 'lost' }

export interface ViewerEvents {
  input(data: Uint8Array): void
  resize(columns: number, rows: number): void
  /** The page has caught up, or is gone. */
  moved(): void
  closed(viewer: Viewer): void
}

export class Viewer {
  readonly #socket: WebSocket
  readonly #events: ViewerEvents
  #sent = 0
  #shown = 0
  #patience: ReturnType<typeof setTimeout> | undefined

  /** @param socket the server's end of a WebSocketPair, accepted */
  constructor(socket: WebSocket, events: ViewerEvents) {
    this.#socket = socket
    this.#events = events
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | string>) => this.#message(data))
    socket.addEventListener('close', () => this.close(1000, ''))
    socket.addEventListener('error', () => this.close(1011, ''))
  }

  /** The page is so far behind that the shell has to wait for it. */
  get behind(): boolean {
    return this.#sent - this.#shown > WINDOW
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length === 0) return
    this.#sent += bytes.length
    this.#post(bytes)
    if (this.behind) this.#patience ??= setTimeout(() => this.close(1013, 'this page is too slow'), PATIENCE)
  }

  tell(message: ToPage): void {
    this.#post(JSON.stringify(message))
  }

  close(code: number, reason: string): void {
    clearTimeout(this.#patience)
    try {
      this.#socket.close(code, reason)
    } catch {
      // It is closed already.
    }
    this.#shown = this.#sent
    this.#events.closed(this)
    this.#events.moved()
  }

  #post(message: string | Uint8Array<ArrayBuffer>): void {
    try {
      this.#socket.send(message)
    } catch {
      // It is closed, which its event reports.
    }
  }

  #message(data: ArrayBuffer | string): void {
    if (typeof data !== 'string') return this.#events.input(new Uint8Array(data))
    const message = parsed(data)
    if (message === undefined) return this.close(1008, 'a message that cannot be understood')
    if ('columns' in message) return this.#events.resize(message.columns, message.rows)
    if (message.shown > this.#sent) return this.close(1008, 'more was shown than was sent')
    this.#shown = Math.max(this.#shown, message.shown)
    if (this.behind) return
    clearTimeout(this.#patience)
    this.#patience = undefined
    this.#events.moved()
  }
}

/** Sizes as the protocol can have them, in whole characters. */
const isSize = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 10_000

function parsed(text: string): FromPage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const { columns, rows, shown } = (value ?? {}) as Record<string, unknown>
  if (isSize(columns) && isSize(rows)) return { columns, rows }
  return Number.isSafeInteger(shown) && (shown as number) >= 0 ? { shown: shown as number } : undefined
}

/** The size in a query, `?columns=80&rows=24`; 80 x 24 without one. @returns undefined for anything else */
export function sizeOf(query: URLSearchParams): { readonly columns: number, readonly rows: number } | undefined {
  const columns = Number(query.get('columns') ?? 80)
  const rows = Number(query.get('rows') ?? 24)
  return isSize(columns) && isSize(rows) ? { columns, rows } : undefined
}
