import { streams } from '../errors/byte-streams.ts'
import { atMost, PEER_GRACE } from '../abort/at-most.ts'
import { closeTransport } from './transport.ts'
import type { BytePort, PortSink, Transport } from '../runtime/transport.ts'

/** The `BytePort` of any transport made of Web Streams. */
export class StreamPort implements BytePort {
  readonly #transport: Transport
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #sink: PortSink | undefined
  #queued = 0
  #resume: (() => void) | undefined
  #paused = false
  #closed = false

  constructor(transport: Transport) {
    this.#transport = streams(transport, 'transport')
    if (transport.readable.locked || transport.writable.locked) throw new TypeError('transport is already in use: its streams are locked')
    this.#reader = transport.readable.getReader()
    this.#writer = transport.writable.getWriter()
  }

  get queued(): number {
    return this.#queued
  }

  start(sink: PortSink): void {
    this.#sink = sink
    this.#writer.closed.catch((error: unknown) => this.#failed(error))
    void this.#pump()
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        if (this.#paused) await new Promise<void>((resolve) => { this.#resume = resolve })
        const { done, value } = await this.#reader.read()
        if (done) return this.#end()
        if (value.length > 0) this.#sink?.data(value)
      }
    } catch (error) {
      this.#end(error)
    }
  }

  /** Writing failed. The other direction may still hold data, and knows better how the connection ended, so it gets a moment. */
  #failed(error: unknown): void {
    setTimeout(() => this.#end(error), LAST_DATA)
  }

  #end(error?: unknown): void {
    const sink = this.#sink
    this.#sink = undefined
    sink?.ended(error)
  }

  write(chunk: Uint8Array): void {
    const { length } = chunk
    this.#queued += length
    // The memory of a part belongs to others too, and streams may transfer what they are given.
    this.#writer.write(length < chunk.buffer.byteLength ? new Uint8Array(chunk) : chunk).then(() => this.#written(length), (error: unknown) => this.#failed(error))
  }

  #written(length: number): void {
    this.#queued -= length
    this.#sink?.drained()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#resume?.()
    this.#resume = undefined
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#sink = undefined
    // Does not wait for a peer that does not read.
    await atMost(PEER_GRACE, this.#writer.close())
    this.#writer.abort().catch(ignore)
    await atMost(PEER_GRACE, this.#reader.cancel())
    await atMost(PEER_GRACE, closeTransport(this.#transport))
  }

  abort(): void {
    if (this.#closed) return
    this.#closed = true
    this.#sink = undefined
    this.#writer.abort().catch(ignore)
    this.#reader.cancel().catch(ignore)
    void closeTransport(this.#transport)
  }
}

/** The stream was already broken, and only had to be closed. */
function ignore(): void {}

/** Milliseconds in which received data can still be read after writing has failed. */
const LAST_DATA = 100
