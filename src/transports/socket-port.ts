import type { Duplex } from 'node:stream'
import type { BytePort, PortSink } from '../runtime/transport.ts'

/** The `BytePort` of a Node stream, using its events directly, without Web Streams. */
export class SocketPort implements BytePort {
  readonly #socket: Duplex
  #sink: PortSink | undefined
  #queued = 0
  #corked = false
  /** Chunks that the socket has got together, and their bytes. */
  #together: Uint8Array[] = []
  #size = 0
  /** Those that it has not written, in order. */
  readonly #waiting: Uint8Array[][] = []
  /** One for all, called for the last chunk of those that it got together: a stream calls back in the order of its writes. */
  readonly #written = (error?: Error | null) => {
    for (const chunk of this.#waiting.shift() as Uint8Array[]) {
      this.#queued -= chunk.length
      if (!error) this.wrote(chunk)
    }
    this.#sink?.drained()
  }

  constructor(socket: Duplex) {
    this.#socket = socket
    // An error before start() would end the process if nobody listened; start() reports it.
    socket.on('error', ignore)
  }

  get queued(): number {
    return this.#queued
  }

  start(sink: PortSink): void {
    this.#sink = sink
    const socket = this.#socket
    socket.on('data', (chunk: Uint8Array) => this.#sink?.data(chunk))
    socket.on('end', () => this.#end())
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end())
    if (socket.errored) this.#end(socket.errored)
    else if (socket.destroyed || socket.readableEnded) this.#end()
  }

  #end(error?: unknown): void {
    const sink = this.#sink
    this.#sink = undefined
    sink?.ended(error)
  }

  write(chunk: Uint8Array, more = false): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return this.#untold()
    this.#queued += chunk.length
    this.#together.push(chunk)
    this.#size += chunk.length
    if (more && !this.#corked) this.#socket.cork()
    if (more && this.#size < TOLD) this.#socket.write(chunk)
    else {
      this.#waiting.push(this.#together)
      this.#together = []
      this.#size = 0
      this.#socket.write(chunk, this.#written)
    }
    if (!more && this.#corked) this.#socket.uncork()
    this.#corked = more
  }

  /** Nothing follows those that the socket has got together. */
  #untold(): void {
    this.#queued -= this.#size
    this.#size = 0
    this.#together = []
  }

  /** The stream says that it has written `chunk`, which for streams in general says nothing about its memory. */
  protected wrote(_chunk: Uint8Array): void {}

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): Promise<void> {
    this.#sink = undefined
    const socket = this.#socket
    return new Promise((resolve) => {
      if (socket.destroyed) return resolve()
      socket.once('close', () => resolve())
      // Nothing is queued, so there is nothing to wait for.
      if (this.#queued === 0 && socket.writableLength === 0) {
        socket.end()
        return void setImmediate(() => socket.destroy())
      }
      // Queued data is sent first; a peer that keeps its side open, or reads nothing, is not waited for.
      const timer = setTimeout(() => socket.destroy(), CLOSE_GRACE)
      timer.unref()
      socket.end(() => {
        this.#untold()
        clearTimeout(timer)
        socket.destroy()
      })
    })
  }

  abort(): void {
    this.#sink = undefined
    this.#socket.destroy()
  }
}

/** A stream that takes chunk by chunk tells after so many bytes that it has them, and not only at the end of all that it got together. */
const TOLD = 256 << 10

/** Milliseconds for the last bytes to leave the machine after `close`. */
const CLOSE_GRACE = 2000

/** Handles errors of a socket that is being closed, or not used yet: without a listener they would end the process. */
function ignore(): void {}
