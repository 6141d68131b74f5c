import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { LIBSSH2_FX_BAD_MESSAGE } from '../../ffi/constants.gen.ts'

/** Nothing that this client asks for is answered with more. */
const LARGEST_PACKET = 1 << 20
const LENGTH_SIZE = 4

/** Cuts the byte stream of the subsystem into packets (draft-ietf-secsh-filexfer-02 section 3). */
export class PacketSplitter {
  readonly #deliver: (packet: Uint8Array) => void
  readonly #header = new Uint8Array(LENGTH_SIZE)
  #body: Uint8Array | undefined
  /** Bytes of the header, or of the body once there is one. */
  #filled = 0

  constructor(deliver: (packet: Uint8Array) => void) {
    this.#deliver = deliver
  }

  /** Takes the next bytes. A packet that lies whole in `chunk` is delivered as a view of it. @throws SftpError for a length that makes no sense. */
  push(chunk: Uint8Array): void {
    let rest = chunk
    while (rest.length > 0) rest = rest.subarray(this.#body ? this.#fillBody(this.#body, rest) : this.#fillHeader(rest))
  }

  #fillHeader(from: Uint8Array): number {
    const part = from.subarray(0, LENGTH_SIZE - this.#filled)
    this.#header.set(part, this.#filled)
    this.#filled += part.length
    if (this.#filled < LENGTH_SIZE) return part.length
    this.#filled = 0
    const length = new DataView(this.#header.buffer).getUint32(0)
    if (length === 0 || length > LARGEST_PACKET) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, undefined, { said: `a packet of ${length} bytes` })
    const end = part.length + length
    if (end > from.length) {
      this.#body = new Uint8Array(length)
      return part.length
    }
    this.#deliver(from.subarray(part.length, end))
    return end
  }

  #fillBody(body: Uint8Array, from: Uint8Array): number {
    const part = from.subarray(0, body.length - this.#filled)
    body.set(part, this.#filled)
    this.#filled += part.length
    if (this.#filled === body.length) {
      this.#body = undefined
      this.#filled = 0
      this.#deliver(body)
    }
    return part.length
  }
}
