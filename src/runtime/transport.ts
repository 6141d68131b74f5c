/// What carries the bytes below SSH, and the faster path that an adapter may offer.

/** A reliable, ordered byte stream in both directions. A Cloudflare `Socket`, a `Deno.Conn` and a `WebTransportBidirectionalStream` already are one. */
export interface Transport {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  close?(): void | Promise<void>
  /** A path around Web Streams, where the runtime has a faster one. It is taken instead of `readable` and `writable`, never beside them. */
  readonly port?: BytePort
}

/** Who receives what a `BytePort` has to say. */
export interface PortSink {
  /** @param lent the sender uses the memory of `chunk` again afterwards. */
  data(chunk: Uint8Array, lent?: boolean): void
  /** `BytePort.queued` fell: there may be room again. */
  drained(): void
  /** The memory of `chunk`, which `write` got, may be written to again. Only from ports that know; `drained` follows. */
  written?(chunk: Uint8Array): void
  /** Nothing more will come: end of stream, or the error that broke it. */
  ended(error?: unknown): void
}

export interface BytePort {
  start(sink: PortSink): void
  /** Takes ownership of `chunk`, always. @param more another one follows at once: both may go out together. */
  write(chunk: Uint8Array, more?: boolean): void
  /** Bytes written that the runtime has not taken yet. */
  readonly queued: number
  /** True while the transport knows that what it carries does not arrive, and hopes that it will: silence is then nobody's fault. Absent where it cannot know. */
  readonly stalled?: boolean
  pause(): void
  resume(): void
  /** Lets what is queued go out, then closes. Resolves in any case. */
  close(): Promise<void>
  /** Closes at once; what is queued is lost. */
  abort(): void
}
