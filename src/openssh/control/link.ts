import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { Frames } from './frames.ts'
import { SSH } from './messages.ts'

/** The bytes that a peer may send before it is told that they have been used; those of a packet. As in OpenSSH's sessions. */
export const WINDOW = 2 << 20, LARGEST_PACKET = 32 << 10

/** Packets of the connection protocol on a control socket in proxy mode: a byte for padding, which there is none of, and the message. */
export class Link {
  readonly frames: Frames

  constructor(frames: Frames) {
    this.frames = frames
  }

  send(type: number, write: (message: WireWriter) => void): Promise<void> {
    const message = new WireWriter().byte(0).byte(type)
    write(message)
    return this.frames.send(message.finish())
  }

  /** The next packet; undefined at the end. */
  async next(): Promise<{ readonly type: number, readonly body: WireReader } | undefined> {
    const frame = await this.frames.next()
    if (!frame) return undefined
    const body = new WireReader(frame)
    body.byte()
    return { type: body.byte(), body }
  }
}

/** One side of a channel: what may still be sent, and what has come. Both sides of the proxy mode use it. */
export class LinkChannel {
  /** The number that the other side gave it. */
  readonly peer: number
  readonly #link: Link
  readonly #largest: number
  #room: number
  #roomy = () => {}
  #over = false
  #used = 0
  #sentEof = false
  #sentClose = false

  constructor(link: Link, peer: number, room: number, largest: number) {
    this.#link = link
    this.peer = peer
    this.#room = room
    this.#largest = Math.max(1, Math.min(largest, LARGEST_PACKET))
  }

  /** Whether the channel is over, and takes nothing more. */
  get over(): boolean {
    return this.#over
  }

  /** The other side takes so many bytes more. */
  adjust(bytes: number): void {
    this.#room += bytes
    this.#roomy()
  }

  /** Sends data as the other side has room; what is left when the channel is over is dropped. @param stream `STDERR`, or undefined for the main stream */
  async write(data: Uint8Array, stream?: number): Promise<void> {
    for (let at = 0; at < data.length;) {
      while (this.#room === 0 && !this.#over) await new Promise<void>((resolve) => { this.#roomy = resolve })
      if (this.#over) return
      const part = data.subarray(at, at + Math.min(this.#room, this.#largest))
      at += part.length
      this.#room -= part.length
      await this.#link.send(stream === undefined ? SSH.data : SSH.extendedData, (message) => {
        message.uint32(this.peer)
        if (stream !== undefined) message.uint32(stream)
        message.string(part)
      })
    }
  }

  /** So many received bytes have been used: the other side may send as many again. */
  used(bytes: number): void {
    this.#used += bytes
    if (this.#used < WINDOW / 4 || this.#over) return
    const more = this.#used
    this.#used = 0
    void this.#link.send(SSH.windowAdjust, (message) => message.uint32(this.peer).uint32(more))
  }

  eof(): void {
    if (!this.#sentEof && !this.#over) void this.#link.send(SSH.eof, (message) => message.uint32(this.peer))
    this.#sentEof = true
  }

  /** Answers requests and makes them. */
  send(type: number, write: (message: WireWriter) => void): void {
    if (!this.#sentClose) {
      void this.#link.send(type, (message) => {
        message.uint32(this.peer)
        write(message)
      })
    }
  }

  close(): void {
    this.send(SSH.close, () => {})
    this.#sentClose = true
    this.end()
  }

  /** Nothing more can be sent: the channel or the connection is over. */
  end(): void {
    this.#over = true
    this.#roomy()
  }
}

/** Received data of one stream, read on demand. */
export class Inbox {
  readonly stream: ReadableStream<Uint8Array>
  readonly #parts: Uint8Array[] = []
  #ended = false
  #failure: unknown
  #wake = () => {}

  /** @param used called with the length of each part that has been read */
  constructor(used: (bytes: number) => void) {
    this.stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        while (this.#parts.length === 0 && !this.#ended) await new Promise<void>((resolve) => { this.#wake = resolve })
        const part = this.#parts.shift()
        if (part) {
          used(part.length)
          controller.enqueue(part)
        } else if (this.#failure !== undefined) controller.error(this.#failure)
        else controller.close()
      },
      cancel: () => {
        for (const part of this.#parts.splice(0)) used(part.length)
        this.push = (part) => used(part.length)
      },
    }, { highWaterMark: 0 })
  }

  push = (part: Uint8Array): void => {
    if (this.#ended) return
    this.#parts.push(part)
    this.#wake()
  }

  /** Nothing more comes. @param failure rejects reads after what has come */
  end(failure?: unknown): void {
    this.#failure ??= failure
    this.#ended = true
    this.#wake()
  }
}
