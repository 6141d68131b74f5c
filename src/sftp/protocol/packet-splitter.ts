import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { LIBSSH2_FX_BAD_MESSAGE } from '../../ffi/constants.gen.ts'
import { concatBytes, decodeText, getUint32, joinBytes } from '../../wire-format/bytes.ts'

/** Tab, line feed, carriage return, and the escape with which a script clears the screen. */
const TEXT_CONTROLS = [0x09, 0x0a, 0x0d, 0x1b]
/** No reply to a request of this client is larger. */
const LARGEST_PACKET = 1 << 20
const LENGTH_SIZE = 4
/** A server may send a large packet byte by byte: so many neighbouring parts below that size are joined. */
const MANY = 64
const SMALL = 4 << 10

/**
 * Cuts the byte stream of the subsystem into packets (draft-ietf-secsh-filexfer-02 section 3). It copies nothing: a packet consists of views
 * of the chunks in which it arrived, unless these are many and small.
 */
export class PacketSplitter {
  readonly #deliver: (packet: readonly Uint8Array[]) => void
  readonly #header = new Uint8Array(LENGTH_SIZE)
  #body: Uint8Array[] | undefined
  /** Bytes of the header, until the body starts. */
  #filled = 0
  /** Bytes that the body lacks. */
  #missing = 0
  /** Small parts at the end of the body. */
  #small = 0

  constructor(deliver: (packet: readonly Uint8Array[]) => void) {
    this.#deliver = deliver
  }

  /** Takes the next bytes, which must not change while their packets are needed. @throws SftpError for an invalid length. */
  push(chunk: Uint8Array): void {
    let rest = chunk
    while (this.#isWhole(rest)) {
      const end = LENGTH_SIZE + getUint32(rest, 0)
      const body = rest.subarray(LENGTH_SIZE, end)
      rest = rest.subarray(end)
      this.#deliver([body])
    }
    while (rest.length > 0) rest = rest.subarray(this.#body ? this.#fillBody(this.#body, rest) : this.#fillHeader(rest))
  }

  /** Most replies arrive in one piece. */
  #isWhole(rest: Uint8Array): boolean {
    if (this.#body || this.#filled > 0 || rest.length <= LENGTH_SIZE) return false
    const length = getUint32(rest, 0)
    return length > 0 && length <= LARGEST_PACKET && LENGTH_SIZE + length <= rest.length
  }

  #fillHeader(from: Uint8Array): number {
    const part = from.subarray(0, LENGTH_SIZE - this.#filled)
    this.#header.set(part, this.#filled)
    this.#filled += part.length
    if (this.#filled < LENGTH_SIZE) return part.length
    this.#filled = 0
    const length = getUint32(this.#header, 0)
    if (length === 0 || length > LARGEST_PACKET) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, undefined, { said: this.#notSftp(length, from.subarray(part.length)) })
    this.#body = []
    this.#small = 0
    this.#missing = length
    return part.length
  }

  /** The usual reason is a login script that prints something. Its text then says more than the number that its first letters form. */
  #notSftp(length: number, rest: Uint8Array): string {
    if (!this.#header.every((byte) => TEXT_CONTROLS.includes(byte) || (byte >= 0x20 && byte < 0x7f))) return `a packet of ${length} bytes`
    return `the server sends text instead of SFTP: ${decodeText(concatBytes(this.#header, rest.subarray(0, 100))).trimEnd()}`
  }

  #fillBody(body: Uint8Array[], from: Uint8Array): number {
    const part = from.length > this.#missing ? from.subarray(0, this.#missing) : from
    body.push(part)
    this.#small = part.length < SMALL ? this.#small + 1 : 0
    if (this.#small === MANY) this.#join(body)
    this.#missing -= part.length
    if (this.#missing === 0) {
      this.#body = undefined
      this.#deliver(body)
    }
    return part.length
  }

  #join(body: Uint8Array[]): void {
    body.push(joinBytes(body.splice(-MANY)))
    this.#small = 0
  }
}
