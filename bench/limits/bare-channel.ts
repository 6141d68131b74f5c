/** One channel of a connection on which a login has been done, and nothing beside it: RFC 4254 section 5. Whatever it does not expect is an error, which ends the process. */
import { opener, sealer } from './bare-cipher.ts'
import type { LoggedIn } from './bare-login.ts'
import { DATA, DATA_HEAD, dataPacket, type Field, message, packetOf, SSH_MSG } from './bare-packets.ts'
import { packetReader, uint32 } from './packet-reader.ts'
import { BODY } from './packet-sizes.ts'

/** The receive window, as in src/sftp/protocol/connection.ts. It is filled up at half of it, as often as this library does. */
const RECEIVE_WINDOW = 24 << 20
/** Sealed bytes for one write to the socket, and those beyond which it gets no more. */
const [WRITE, UNSENT] = [128 << 10, 1 << 20]
const SSH_DISCONNECT_BY_APPLICATION = 11

export class BareChannel {
  /** After each read, and when the socket has taken what it was given. */
  turn: () => void = () => {}
  recipient = 0
  readonly #login: LoggedIn
  readonly #received: (data: Uint8Array) => void
  readonly #seal: ReturnType<typeof sealer>
  readonly #messages = new Map<number, () => void>()
  #sendWindow = 0
  #consumed = 0
  #waiting: Uint8Array[] = []
  #waitingBytes = 0

  private constructor(login: LoggedIn, received: (data: Uint8Array) => void) {
    this.#login = login
    this.#received = received
    const { socket, opening, sealing } = login
    this.#seal = sealer(sealing)
    const opened = opener(opening)
    const read = packetReader((packet) => this.#take(opened(packet)))
    login.read((chunk) => {
      read(chunk)
      this.turn()
    })
    socket.on('drain', () => this.turn())
  }

  /** @param received gets data, which is its own. @param request and its fields behind `want reply`: RFC 4254 section 6.5 */
  static async open(login: LoggedIn, received: (data: Uint8Array) => void, request: string, ...fields: readonly Field[]): Promise<BareChannel> {
    const channel = new BareChannel(login, received)
    await channel.#ask(SSH_MSG.CHANNEL_OPEN_CONFIRMATION, SSH_MSG.CHANNEL_OPEN, 'session', 0, RECEIVE_WINDOW, BODY)
    await channel.#ask(SSH_MSG.CHANNEL_SUCCESS, SSH_MSG.CHANNEL_REQUEST, channel.recipient, request, true, ...fields)
    return channel
  }

  /** Whether the server and the socket take a packet with so many bytes of data. */
  takes(bytes: number): boolean {
    return bytes <= this.#sendWindow && this.#login.socket.writableLength + this.#waitingBytes < UNSENT
  }

  /** A packet of `dataPacket`, sealed at once: its memory can be used again. The lengths in it stay as they are. */
  sendPacket(packet: Uint8Array, bytes: number): void {
    this.#sendWindow -= bytes
    this.#sealed(packet)
  }

  /** A little data, whatever the socket has. */
  send(data: Uint8Array): void {
    if (data.length > this.#sendWindow) throw new Error('the server takes no request')
    const packet = dataPacket(this.recipient, data.length)
    packet.set(data, DATA)
    this.sendPacket(packet, data.length)
  }

  flush(): void {
    if (this.#waiting.length === 0) return
    const { socket } = this.#login
    socket.cork()
    for (const part of this.#waiting) socket.write(part)
    socket.uncork()
    this.#waiting = []
    this.#waitingBytes = 0
  }

  sendEof(): void {
    this.#say(SSH_MSG.CHANNEL_EOF, this.recipient)
  }

  /** The server has closed the channel: its program has ended. */
  closed(): Promise<void> {
    return this.#expect(SSH_MSG.CHANNEL_CLOSE)
  }

  /** After `closed`. Resolves when the server has ended the connection. */
  async disconnect(): Promise<void> {
    const { socket } = this.#login
    const ended = new Promise((resolve) => { socket.once('close', resolve) })
    this.#say(SSH_MSG.CHANNEL_CLOSE, this.recipient)
    this.#say(SSH_MSG.DISCONNECT, SSH_DISCONNECT_BY_APPLICATION, '', '')
    socket.end()
    await ended
  }

  #say(number: number, ...fields: readonly Field[]): void {
    this.#sealed(packetOf(message(number, ...fields)))
    this.flush()
  }

  #sealed(packet: Uint8Array): void {
    this.#waiting.push(...this.#seal(packet))
    this.#waitingBytes += packet.length
    if (this.#waitingBytes >= WRITE) this.flush()
  }

  #expect(number: number): Promise<void> {
    return new Promise((resolve) => { this.#messages.set(number, resolve) })
  }

  #ask(answer: number, ...[number, ...fields]: readonly [number, ...Field[]]): Promise<void> {
    const answered = this.#expect(answer)
    this.#say(number, ...fields)
    return answered
  }

  /** @param plain length of padding, payload, padding */
  #take(plain: Uint8Array): void {
    const number = plain[1]!
    switch (number) {
      case SSH_MSG.CHANNEL_DATA: {
        const length = uint32(plain, 6)
        this.#received(plain.subarray(1 + DATA_HEAD, 1 + DATA_HEAD + length))
        this.#consume(length)
        return
      }
      case SSH_MSG.CHANNEL_WINDOW_ADJUST:
        this.#sendWindow += uint32(plain, 6)
        return
      case SSH_MSG.CHANNEL_OPEN_CONFIRMATION:
        this.recipient = uint32(plain, 6)
        this.#sendWindow = uint32(plain, 10)
        break
      // Host keys after the login, and the exit status.
      case SSH_MSG.GLOBAL_REQUEST: case SSH_MSG.CHANNEL_REQUEST: case SSH_MSG.CHANNEL_EOF: case SSH_MSG.IGNORE: case SSH_MSG.DEBUG:
        return
    }
    const expected = this.#messages.get(number)
    if (!expected) throw new Error(`message ${number} of the server is not expected`)
    expected()
  }

  #consume(bytes: number): void {
    this.#consumed += bytes
    if (this.#consumed < RECEIVE_WINDOW / 2) return
    this.#say(SSH_MSG.CHANNEL_WINDOW_ADJUST, this.recipient, this.#consumed)
    this.#consumed = 0
  }
}
