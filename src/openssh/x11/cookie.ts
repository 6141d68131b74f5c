import type { Transport } from '../../runtime/transport.ts'
import { equalBytes } from '../../wire-format/bytes.ts'

const HEAD = 12
/** Longer than the name of any protocol of authorization. */
const LONGEST_NAME = 256
const BIG_ENDIAN = 0x42, LITTLE_ENDIAN = 0x6c

/** A connection to a display whose first message must contain one cookie, which is replaced with the other. A client with another cookie is refused. */
export function withCookie(transport: Transport, shown: Uint8Array, real: Uint8Array): Transport {
  const replacing = new CookieReplacer(shown, real)
  const change = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const out = replacing.feed(chunk)
      if (out.length > 0) controller.enqueue(out)
    },
  })
  void change.readable.pipeTo(transport.writable).catch(() => transport.close?.())
  return { readable: transport.readable, writable: change.writable, close: () => transport.close?.() }
}

/** The first message of an X11 client (X Window System Protocol, section 8), assembled from pieces. */
export class CookieReplacer {
  readonly #shown: Uint8Array
  readonly #real: Uint8Array
  #held = new Uint8Array()
  #done = false

  constructor(shown: Uint8Array, real: Uint8Array) {
    this.#shown = shown
    this.#real = real
  }

  /** The bytes to pass on to the display. @throws Error for another cookie, or an invalid message */
  feed(chunk: Uint8Array): Uint8Array {
    if (this.#done) return chunk
    this.#held = Uint8Array.from([...this.#held, ...chunk])
    const message = this.#held
    if (message.length < HEAD) return new Uint8Array()
    const order = message[0]
    if (order !== BIG_ENDIAN && order !== LITTLE_ENDIAN) throw new Error('an X11 program began with a malformed message')
    const view = new DataView(message.buffer)
    const nameLength = view.getUint16(6, order === LITTLE_ENDIAN), dataLength = view.getUint16(8, order === LITTLE_ENDIAN)
    const dataStart = HEAD + padded(nameLength)
    // Before more is waited for: what is held must not grow with what the other side announces.
    if (dataLength !== this.#shown.length || dataLength !== this.#real.length || nameLength > LONGEST_NAME) throw new Error('an X11 program showed a wrong cookie')
    if (message.length < dataStart + padded(dataLength)) return new Uint8Array()
    const data = message.subarray(dataStart, dataStart + dataLength)
    if (!equalBytes(data, this.#shown)) throw new Error('an X11 program showed a wrong cookie')
    data.set(this.#real)
    this.#done = true
    return message
  }
}

const padded = (length: number) => (length + 3) & ~3
