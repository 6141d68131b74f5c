import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { LIBSSH2_ERROR_EAGAIN } from '../../src/ffi/constants.gen.ts'
import type { Bytes, ChannelPointer, SessionPointer } from '../../src/ffi/exports.gen.ts'
import type { Encoded } from '../../src/ffi/heap.ts'
import { HOST_FAILED, HOST_PENDING } from '../../src/ffi/host.gen.ts'
import { Instance } from '../../src/ffi/instance.ts'
import type { WasmExports } from '../../src/ffi/exports.gen.ts'
import { parsePrivateKey } from '../../src/keys/files/parse-private-key.ts'
import type { SshServer } from '../support/ssh-server.ts'

const nothing = () => {}

/** libssh2 without the library's driver, lanes and servicing: what it does by itself. Owner: the test, by `free()`. */
export class RawSession {
  readonly instance: Instance
  readonly pointer: SessionPointer
  readonly #socket: Socket
  readonly #texts = new Map<string, Encoded>()
  #received: Buffer[] = []
  #signature: Uint8Array | number = HOST_PENDING
  #toSign: Uint8Array | undefined
  /** Bytes that RECV has given to libssh2, and times that libssh2 has asked for a signature. */
  taken = 0
  asked = 0

  private constructor(instance: Instance, socket: Socket) {
    this.instance = instance
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
      if (this.pointer !== 0) instance.heap.setU32(instance.call((c) => c.glue_session_arrived(this.pointer)), 1)
    })
    socket.on('error', nothing)
    const id = instance.register({
      recv: (target, length) => this.#recv(instance.heap.view(target, length)),
      markReady: nothing, slice: () => true, verify: () => HOST_FAILED,
      send: (data) => {
        socket.write(data.slice())
        return data.length
      },
      sign: (data) => {
        this.asked += 1
        this.#toSign ??= data
        return this.#signature
      },
      prompt: () => HOST_FAILED, newPassword: () => HOST_FAILED,
      disconnect: nothing, debug: nothing, ignore: nothing, globalRequest: nothing, globalAnswer: nothing, x11Open: nothing, agentOpen: nothing, trapped: nothing,
    })
    this.pointer = instance.call((c) => c.glue_session_new(id, 2 ** 32 - 1))
  }

  #recv(target: Uint8Array): number {
    const chunk = this.#received.shift()
    if (!chunk) return HOST_PENDING
    const part = chunk.subarray(0, target.length)
    target.set(part)
    if (part.length < chunk.length) this.#received.unshift(chunk.subarray(part.length))
    this.taken += part.length
    return part.length
  }

  /** Shaken hands, not authenticated. */
  static async connect(server: SshServer): Promise<RawSession> {
    const socket = connect(server.port, server.host)
    await new Promise((resolve) => { socket.once('connect', resolve) })
    const raw = new RawSession(await Instance.create(), socket)
    await raw.until((c) => c.glue_session_handshake(raw.pointer))
    return raw
  }

  static async open(server: SshServer): Promise<RawSession> {
    const raw = await RawSession.connect(server)
    await raw.authenticate(server)
    return raw
  }

  /** One call of C. */
  call<T>(run: (c: WasmExports) => T): T {
    return this.instance.call(run)
  }

  /** Repeats a call, and nothing else, until it no longer says EAGAIN. */
  async until(run: (c: WasmExports) => number): Promise<number> {
    for (;;) {
      const rc = this.call(run)
      if (rc !== LIBSSH2_ERROR_EAGAIN) return rc
      await this.bytes()
    }
  }

  /** Some time for bytes to arrive. */
  async bytes(milliseconds = 5): Promise<void> {
    await new Promise((resolve) => { setTimeout(resolve, milliseconds) })
  }

  /** Bytes that lie here and were not given to libssh2. */
  get queued(): number {
    return this.#received.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  /** A string in the heap, kept as long as the session. */
  text(value: string): Encoded {
    let stored = this.#texts.get(value)
    if (!stored) this.#texts.set(value, stored = this.instance.heap.scope().utf8(value, 'text'))
    return stored
  }

  /** With a signature that is made between two calls. Gives what each call returned. */
  async authenticate(server: SshServer): Promise<number[]> {
    const signer = await parsePrivateKey(readFileSync(server.keys.ed25519.path, 'utf8'))
    const user = this.text(server.user)
    const key = this.instance.heap.scope().bytes(signer.publicKey)
    const codes: number[] = []
    for (;;) {
      const rc = this.call((c) => c.glue_userauth_publickey(this.pointer, user.pointer, user.length, key.pointer, key.length, 0 as Bytes))
      codes.push(rc)
      if (rc !== LIBSSH2_ERROR_EAGAIN) return codes
      if (this.#toSign && this.asked >= 3) this.#signature = await signer.sign(this.#toSign, 'ssh-ed25519')
      await this.bytes()
    }
  }

  openChannel(): ChannelPointer {
    const type = this.text('session')
    return this.call((c) => c.libssh2_channel_open_ex(this.pointer, type.pointer, type.length, 2 << 20, 32768, 0 as Bytes, 0))
  }

  async channel(): Promise<ChannelPointer> {
    let channel = this.openChannel()
    while (channel === 0) {
      await this.bytes()
      channel = this.openChannel()
    }
    return channel
  }

  startup(channel: ChannelPointer, request: string, message: string): number {
    const [type, body] = [this.text(request), this.text(message)]
    return this.call((c) => c.libssh2_channel_process_startup(channel, type.pointer, type.length, body.pointer, body.length))
  }

  execute(channel: ChannelPointer, command: string): number {
    return this.startup(channel, 'exec', command)
  }

  read(channel: ChannelPointer, stream = 0, size = 1024): number {
    const { heap } = this.instance
    return this.call((c) => c.libssh2_channel_read_ex(channel, stream, heap.scratch(size), size))
  }

  write(channel: ChannelPointer, size: number): number {
    const { heap } = this.instance
    return this.call((c) => c.libssh2_channel_write_ex(channel, 0, heap.scratch(size), size))
  }

  free(): void {
    this.call((c) => c.glue_session_free(this.pointer))
    this.#socket.destroy()
  }
}
