import type { Socket } from 'node:net'
import { ByteQueue, ConnectionEnded } from './byte-queue.ts'
import { Compression } from './compression.ts'
import { HostKey } from './host-key.ts'
import { defaultAlgorithms, exchangeKeys, type KeyExchangeOptions } from './key-exchange.ts'
import { SSH_MSG } from './messages.ts'
import { buildPacket, type PacketFault, payloadOf } from './packet.ts'
import { type DirectionAlgorithms, noCipher, type PacketCipher } from './packet-cipher.ts'

/** The server's end of one connection: sends what a script says, byte by byte if necessary, and returns what the client sent. */
export class Connection {
  readonly hostKey: HostKey
  serverIdentification = 'SSH-2.0-scripted'
  clientIdentification = ''
  /** Strict key exchange: sequence numbers restart with each NEWKEYS. */
  strict = false
  sessionId: Buffer | undefined
  incomingAlgorithms = defaultAlgorithms()
  outgoingAlgorithms = defaultAlgorithms()
  /** Every message of the client so far, newest last. */
  readonly received: Uint8Array[] = []
  readonly #socket: Socket
  readonly #queue: ByteQueue
  readonly #unclaimed: Uint8Array[] = []
  #authenticated = false
  #inflate: Compression | undefined
  #deflate: Compression | undefined
  #compressing = Promise.resolve()
  #incoming = noCipher
  #outgoing = noCipher
  #incomingSequence = 0
  #outgoingSequence = 0

  constructor(socket: Socket, hostKey = new HostKey()) {
    this.hostKey = hostKey
    this.#socket = socket
    this.#queue = new ByteQueue(socket)
  }

  /** Bytes unchanged. */
  sendRaw(bytes: Uint8Array | string): void {
    this.#socket.write(bytes)
  }

  /** A message in a packet, protected as agreed, and correct except for `fault`. */
  send(payload: Uint8Array, fault: PacketFault = {}): void {
    const deflate = this.#deflate
    if (!deflate) return this.sendRaw(this.seal(payload, fault))
    this.#compressing = this.#compressing.then(async () => this.sendRaw(this.seal(await deflate.pass(payload), fault)))
  }

  /** Resolves when everything that was given to `send` has been sent. */
  sent(): Promise<void> {
    return this.#compressing
  }

  /** Resolves when the system has accepted the sent data: for scripts that never stop sending. @throws ConnectionEnded if the client has gone. */
  async taken(): Promise<void> {
    await this.sent()
    const socket = this.#socket
    if (socket.destroyed) throw new ConnectionEnded()
    await new Promise<void>((resolve, reject) => {
      const gone = () => reject(new ConnectionEnded())
      socket.once('close', gone)
      socket.write('', () => {
        socket.off('close', gone)
        resolve()
      })
    })
  }

  /** Reads no more bytes of the client from the system. */
  stopReading(): void {
    this.#socket.pause()
  }

  /** The bytes that `send` would write; advances the state of the ciphers as if it had. */
  seal(payload: Uint8Array, fault: PacketFault = {}): Uint8Array {
    const packet = buildPacket(payload, this.#outgoing.unit, this.#outgoing.clear, fault)
    const bytes = Uint8Array.from(this.#outgoing.seal(packet, fault.sequence ?? this.#outgoingSequence))
    this.#outgoingSequence = (this.#outgoingSequence + 1) >>> 0
    if (fault.wrongMac) bytes[bytes.length - 1]! ^= 1
    return fault.wire?.(bytes) ?? bytes
  }

  /** The next message of one of the types; earlier ones of other types wait for their own `receive`. */
  async receive(...types: readonly number[]): Promise<Uint8Array> {
    const waiting = this.#unclaimed.findIndex((message) => types.includes(message[0]!))
    if (waiting >= 0) return this.#unclaimed.splice(waiting, 1)[0]!
    for (;;) {
      const payload = payloadOf(await this.#incoming.open(this.#queue, this.#incomingSequence))
      const message = await this.#inflate?.pass(payload) ?? payload
      this.#incomingSequence = (this.#incomingSequence + 1) >>> 0
      this.received.push(message)
      if (types.includes(message[0]!)) return message
      if (message[0] === SSH_MSG.DISCONNECT) throw new Error(`the client disconnected: ${Buffer.from(message.subarray(9)).toString()}`)
      this.#unclaimed.push(message)
    }
  }

  /** The number of the packet that contained the last message. */
  get lastSequence(): number {
    return this.#incomingSequence - 1
  }

  /** Receives messages until the client hangs up. */
  async receiveAll(): Promise<void> {
    await this.receive()
  }

  /** Identification strings (RFC 4253 section 4.2). */
  async identify(): Promise<void> {
    this.sendRaw(`${this.serverIdentification}\r\n`)
    this.clientIdentification = await this.#queue.line()
  }

  /** Everything up to and with the first key exchange. */
  async handshake(options: KeyExchangeOptions = {}): Promise<void> {
    await this.identify()
    await exchangeKeys(this, options)
  }

  /** Another key exchange. */
  async exchangeKeys(options: KeyExchangeOptions = {}): Promise<void> {
    await exchangeKeys(this, options)
  }

  /** The client is authenticated: from now on messages are compressed if that was agreed. */
  startCompression(): void {
    this.#authenticated = true
    this.#inflate = compressionOf(this.incomingAlgorithms, 'inflate')
    this.#deflate = compressionOf(this.outgoingAlgorithms, 'deflate')
  }

  protectOutgoing(algorithms: DirectionAlgorithms, cipher: PacketCipher): void {
    this.outgoingAlgorithms = algorithms
    this.#outgoing = cipher
    if (this.#authenticated) this.#deflate = compressionOf(algorithms, 'deflate')
    if (this.strict) this.#outgoingSequence = 0
  }

  protectIncoming(algorithms: DirectionAlgorithms, cipher: PacketCipher): void {
    this.incomingAlgorithms = algorithms
    this.#incoming = cipher
    if (this.#authenticated) this.#inflate = compressionOf(algorithms, 'inflate')
    if (this.strict) this.#incomingSequence = 0
  }

  /** Closes the connection, after everything has been sent. */
  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

const compressionOf = ({ compression }: DirectionAlgorithms, kind: 'deflate' | 'inflate'): Compression | undefined =>
  compression === 'none' ? undefined : new Compression(kind)
