/// The byte stream below SSH, and the faster path that an adapter may offer.

/** A reliable, ordered byte stream in both directions. A Cloudflare `Socket`, a `Deno.Conn` and a `WebTransportBidirectionalStream` already are one. */
export interface Transport {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  close?(): void | Promise<void>
  /** A faster path around Web Streams, if the runtime has one. It is used instead of `readable` and `writable`, never together with them. */
  readonly port?: BytePort
}

/** Receives the events of a `BytePort`. */
export interface PortSink {
  /** @param lent the sender reuses the memory of `chunk` afterwards. */
  data(chunk: Uint8Array, lent?: boolean): void
  /** `BytePort.queued` fell: there may be room again. */
  drained(): void
  /** The memory of `chunk`, which `write` received, may be reused. Only from ports that know; `drained` follows. */
  written?(chunk: Uint8Array): void
  /** Nothing more will come: end of stream, or the error that broke it. */
  ended(error?: unknown): void
}

export interface BytePort {
  start(sink: PortSink): void
  /** Takes ownership of `chunk`, always. @param more another one follows at once: both may be sent together. */
  write(chunk: Uint8Array, more?: boolean): void
  /** Bytes written that the runtime has not taken yet. */
  readonly queued: number
  /** True while the transport knows that its data does not arrive and expects that it will, so that silence is nobody's fault. Absent if it cannot know. */
  readonly stalled?: boolean
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. Resolves in any case. */
  close(): Promise<void>
  /** Closes at once and drops what is queued. */
  abort(): void
}
