import type { BytePort, PortSink } from '../../runtime/transport.ts'

/** The part of Bun's `Socket` that is used. */
export interface BunSocket {
  readonly readyState: number
  /** Writes as much as the kernel accepts: returns the number of bytes, or -1 for a closed socket. */
  write(data: Uint8Array): number
  end(): void
  pause(): void
  resume(): void
  setNoDelay(noDelay?: boolean): void
  terminate(): void
}

/** Milliseconds for the last bytes to leave the machine after `close`. */
const CLOSE_GRACE = 2000

/** The `BytePort` of a Bun socket, which accepts a part of the data and emits `drain` when it accepts more. */
export class BunPort implements BytePort {
  #socket: BunSocket | undefined
  #sink: PortSink | undefined
  #early: Uint8Array[] = []
  #paused = false
  #ended: { readonly error: unknown } | undefined
  #waiting: Uint8Array[] = []
  #queued = 0
  /** Set by `close`: called when nothing is left to write, and when the socket is closed. */
  #written: (() => void) | undefined
  #closed: (() => void) | undefined

  /** For `Bun.connect`. */
  readonly handlers = {
    binaryType: 'uint8array',
    open: (socket: BunSocket) => {
      this.#socket = socket
      socket.setNoDelay(true)
    },
    data: (_socket: BunSocket, chunk: Uint8Array) => this.#data(chunk),
    drain: () => this.#flush(),
    end: () => this.#end(undefined),
    error: (_socket: BunSocket, error: unknown) => this.#end(error),
    close: (_socket: BunSocket, error?: unknown) => {
      this.#socket = undefined
      this.#waiting = []
      this.#queued = 0
      this.#end(error ?? undefined)
      this.#closed?.()
    },
  }

  /** Data that comes before `start`, or was on its way while paused, is kept. */
  #data(chunk: Uint8Array): void {
    if (this.#sink && !this.#paused) this.#sink.data(chunk)
    else this.#early.push(chunk)
  }

  #end(error: unknown): void {
    this.#ended ??= { error }
    this.#deliver()
  }

  /** Passes on the kept data, and the end only after it. */
  #deliver(): void {
    while (this.#sink && !this.#paused) {
      const chunk = this.#early.shift()
      if (!chunk) break
      this.#sink.data(chunk)
    }
    if (!this.#sink || this.#paused || !this.#ended) return
    const sink = this.#sink
    this.#sink = undefined
    sink.ended(this.#ended.error)
  }

  get queued(): number {
    return this.#queued
  }

  start(sink: PortSink): void {
    this.#sink = sink
    this.#deliver()
  }

  write(chunk: Uint8Array): void {
    if (!this.#socket) return
    this.#waiting.push(chunk)
    this.#queued += chunk.length
    if (this.#waiting.length === 1) this.#flush()
  }

  #flush(): void {
    const before = this.#queued
    for (let chunk = this.#waiting[0]; chunk && this.#socket; chunk = this.#waiting[0]) {
      const taken = this.#socket.write(chunk)
      if (taken < 0) break
      this.#queued -= taken
      if (taken < chunk.length) {
        this.#waiting[0] = chunk.subarray(taken)
        break
      }
      this.#waiting.shift()
    }
    if (this.#queued < before) this.#sink?.drained()
    if (this.#queued === 0) this.#written?.()
  }

  pause(): void {
    this.#paused = true
    this.#socket?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#socket?.resume()
    this.#deliver()
  }

  close(): Promise<void> {
    this.#sink = undefined
    return new Promise((resolve) => {
      if (!this.#socket) return resolve()
      // A peer that reads nothing, or keeps its side open, is not waited for.
      const timer = setTimeout(() => this.#socket?.terminate(), CLOSE_GRACE)
      this.#closed = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#written = () => this.#socket?.end()
      if (this.#queued === 0) this.#written()
    })
  }

  abort(): void {
    this.#sink = undefined
    this.#socket?.terminate()
  }
}
