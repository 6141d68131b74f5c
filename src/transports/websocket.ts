import { able, record } from '../errors/arguments.ts'
import { checkSignal, onAbort } from '../abort/on-abort.ts'
import type { BytePort, PortSink, Transport } from '../runtime/transport.ts'
import { printable } from '../errors/printable.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { PortTransport } from './port-transport.ts'

export interface WebSocketOptions {
  /** Subprotocols to offer; gateways such as websockify support `binary`. */
  readonly protocols?: string | readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** Milliseconds between checks of `bufferedAmount`, which has no event. */
const DRAIN_INTERVAL = 5

/**
 * Opens a WebSocket to a gateway that carries SSH in binary frames.
 * @throws SSHError `ERR_WEBSOCKET` if it cannot be opened, or `signal.reason`.
 */
export async function connectWebSocket(url: string | URL, options: WebSocketOptions = {}): Promise<Transport> {
  const { protocols = 'binary', signal } = record(options, 'options')
  return new Promise((resolve, reject) => {
    checkSignal(signal)
    if (signal?.aborted) return reject(signal.reason)
    if (typeof WebSocket !== 'function') throw new SSHError('this runtime has no WebSocket: pass one from a library to fromWebSocket()', { code: 'ERR_WEBSOCKET' })
    const socket = new WebSocket(url, typeof protocols === 'string' ? protocols : [...protocols])
    const transport = fromWebSocket(socket)
    const stopListening = onAbort(signal, () => {
      socket.close()
      reject(signal?.reason)
    })
    socket.addEventListener('open', () => {
      stopListening()
      resolve(transport)
    }, { once: true })
    const failed = (error: SSHError) => {
      stopListening()
      reject(error)
    }
    socket.addEventListener('close', (event) => failed(closeError(event, NOT_OPENED)), { once: true })
    socket.addEventListener('error', () => { if (hasNoClose(socket)) failed(notOpened()) }, { once: true })
  })
}

/** A transport over a WebSocket, open or opening, of the browser or of a library with the same interface (npm `ws`). */
export function fromWebSocket(socket: WebSocket): Transport {
  return new PortTransport(new WebSocketPort(able(socket, 'socket', 'a WebSocket', 'addEventListener', 'send', 'close')))
}

class WebSocketPort implements BytePort {
  readonly #socket: WebSocket
  #sink: PortSink | undefined
  #early: Uint8Array[] = []
  /** Data written before the WebSocket was open. */
  #unopened: Uint8Array[] = []
  #paused: Uint8Array[] | undefined
  #ended: { error: unknown } | undefined
  #closing = false
  #drain: ReturnType<typeof setTimeout> | undefined

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', (event: MessageEvent) => this.#message(event.data))
    // `close` follows and says more; npm `ws` would end the process if nobody listened.
    socket.addEventListener('error', () => { if (hasNoClose(socket)) this.#end(notOpened()) })
    socket.addEventListener('close', (event) => this.#end(event.code === 1000 || event.code === 1005 ? undefined : closeError(event, 'the WebSocket was closed')))
  }

  /** A WebSocket cannot be paused; data that comes meanwhile is kept, limited by the SSH windows. */
  #message(data: unknown): void {
    if (this.#closing) return
    if (!(data instanceof ArrayBuffer)) return this.#refuse()
    const chunk = new Uint8Array(data)
    if (this.#paused) this.#paused.push(chunk)
    else if (this.#sink) this.#sink.data(chunk)
    else this.#early.push(chunk)
  }

  #refuse(): void {
    this.#socket.close(1003, 'binary frames only')
    this.#end(new SSHError('the gateway sent a text frame; SSH needs binary ones', { code: 'ERR_WEBSOCKET' }))
  }

  #end(error: unknown): void {
    if (this.#ended) return
    this.#ended = { error }
    clearTimeout(this.#drain)
    if (!this.#paused) this.#sink?.ended(error)
  }

  get queued(): number {
    return this.#unopened.reduce((sum, chunk) => sum + chunk.length, this.#socket.bufferedAmount)
  }

  start(sink: PortSink): void {
    this.#sink = sink
    const early = this.#early
    this.#early = []
    for (const chunk of early) sink.data(chunk)
    if (this.#ended) sink.ended(this.#ended.error)
    else if (this.#socket.readyState === this.#socket.CONNECTING) this.#socket.addEventListener('open', () => this.#opened(), { once: true })
  }

  #opened(): void {
    const chunks = this.#unopened
    this.#unopened = []
    for (const chunk of chunks) this.write(chunk)
  }

  write(chunk: Uint8Array): void {
    if (this.#socket.readyState === this.#socket.CONNECTING) this.#unopened.push(chunk)
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(chunk as Uint8Array<ArrayBuffer>)
    this.#watchDrain()
  }

  #watchDrain(): void {
    if (this.#drain !== undefined || this.queued === 0) return
    this.#drain = setTimeout(() => {
      this.#drain = undefined
      this.#sink?.drained()
      this.#watchDrain()
    }, DRAIN_INTERVAL)
  }

  pause(): void {
    this.#paused ??= []
  }

  resume(): void {
    const kept = this.#paused ?? []
    this.#paused = undefined
    for (const chunk of kept) this.#message(chunk.buffer)
    if (this.#ended && !this.#paused) this.#sink?.ended(this.#ended.error)
  }

  close(): Promise<void> {
    this.#sink = undefined
    this.#closing = true
    clearTimeout(this.#drain)
    if (this.#socket.readyState === this.#socket.CLOSED) return Promise.resolve()
    return new Promise((resolve) => {
      const grace = setTimeout(() => {
        this.#socket.close(1000)
        resolve()
      }, CLOSE_GRACE)
      this.#socket.addEventListener('close', () => {
        clearTimeout(grace)
        resolve()
      }, { once: true })
      // Data written before the WebSocket was open goes out first: start() listens for the same event.
      if (this.#socket.readyState === this.#socket.CONNECTING) this.#socket.addEventListener('open', () => this.#socket.close(1000), { once: true })
      else this.#socket.close(1000)
    })
  }

  abort(): void {
    this.#sink = undefined
    this.#closing = true
    this.#unopened = []
    clearTimeout(this.#drain)
    if (this.#socket.readyState !== this.#socket.CLOSED) this.#socket.close(1000)
  }
}

/** Milliseconds that a gateway has to answer the closing handshake. */
const CLOSE_GRACE = 2000

const NOT_OPENED = 'the WebSocket could not be opened'
const notOpened = () => new SSHError(NOT_OPENED, { code: 'ERR_WEBSOCKET' })

/** After an `error`: Node 22 leaves a WebSocket that could not be opened in its state, and no `close` follows. */
const hasNoClose = (socket: WebSocket) => socket.readyState === socket.CONNECTING

function closeError(event: CloseEvent, what: string): SSHError {
  return new SSHError(`${what}: code ${event.code}${event.reason ? ` (${printable(event.reason)})` : ''}`, { code: 'ERR_WEBSOCKET' })
}
