/// One WebSocket to a gateway: its messages and its end.

export interface LinkEvents {
  /** The upgrade succeeded. @param protocol the gateway's choice, '' for none */
  opened?(protocol: string): void
  /** A binary message. */
  message?(data: Uint8Array): void
  /** Called once. 1006 without a closing handshake, 1003 after a text frame. */
  closed?(code: number, reason: string): void
}

/** Makes a WebSocket: the runtime's, or that of a library with the same interface (npm `ws`). */
export type OpenWebSocket = (url: string, protocols: string[]) => WebSocket

export class Link {
  readonly socket: WebSocket
  #events: LinkEvents = {}
  #closed = false
  #abandoned = false
  /** Events that came while nobody listened. */
  #waiting: ((events: LinkEvents) => void)[] = []

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => this.#say((events) => events.opened?.(socket.protocol)))
    socket.addEventListener('message', ({ data }: MessageEvent) => {
      if (this.#closed) return
      if (data instanceof ArrayBuffer) return this.#say((events) => events.message?.(new Uint8Array(data)))
      this.close(1003)
      this.#end(1003, 'the gateway sent a text frame')
    })
    // Node 22 leaves a WebSocket that could not be opened in its state, and no `close` follows.
    socket.addEventListener('error', () => { if (socket.readyState === socket.CONNECTING) this.#end(1006, '') })
    socket.addEventListener('close', ({ code, reason }) => this.#end(code, reason))
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#say((events) => events.closed?.(code, reason))
  }

  /** Sets the listener; one owner passes the link to the next, and events in between wait. */
  set events(events: LinkEvents) {
    this.#events = events
    while (this.#waiting.length > 0 && this.#events.closed) this.#waiting.shift()?.(this.#events)
  }

  #say(tell: (events: LinkEvents) => void): void {
    if (this.#abandoned) return
    if (this.#events.closed && this.#waiting.length === 0) tell(this.#events)
    else this.#waiting.push(tell)
  }

  get open(): boolean {
    return !this.#closed && this.socket.readyState === this.socket.OPEN
  }

  get bufferedAmount(): number {
    return this.socket.bufferedAmount
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.open) this.socket.send(frame)
  }

  /**
   * Removes the listener for good.
   * @param code 1000 ends the stream at the gateway. Any other code leaves it there: for a link whose place another one takes, because the gateway may have resumed the
   * stream on it without anybody here having heard of it.
   */
  abandon(code: number): void {
    this.#abandoned = true
    this.#waiting = []
    this.close(code)
  }

  close(code = 1000): void {
    try {
      if (this.socket.readyState !== this.socket.CLOSED) this.socket.close(code)
    } catch {
      // A library refuses to close a socket that is still opening; it ends by itself.
    }
  }
}
