import { printable } from '../../errors/printable.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_PUBLICKEY_PROTOCOL } from '../../ffi/constants.gen.ts'
import { concatBytes, copyBytes, decodeText, ownBytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { Channel } from '../channel/channel.ts'

/** A comment, a language, a restriction of a key (RFC 4819 section 4.1). */
export interface PublickeyAttribute {
  readonly name: string
  readonly value: string
  /** The server must refuse the key if it does not know the attribute. Only for `add`. */
  readonly mandatory?: boolean
}

/** A key that the server keeps for the user. */
export interface PublickeyEntry {
  /** Algorithm name, e.g. `ssh-ed25519`. */
  readonly name: string
  /** Public key blob (RFC 4253 section 6.6). */
  readonly blob: Uint8Array
  readonly attributes: readonly PublickeyAttribute[]
}

/** RFC 4819 section 3.3. */
const STATUS = ['success', 'access denied', 'storage exceeded', 'version not supported', 'key not found', 'key not supported', 'key already present', 'general failure', 'request not supported']
const VERSION = 2
/** Only a broken server sends a longer packet, or list. */
const LONGEST_PACKET = 256 * 1024
const LONGEST_LIST = 10_000

/** Requests and replies of the public key subsystem (RFC 4819) on a channel that runs it. One at a time, which the caller ensures. */
export class PublickeyPackets {
  readonly #channel: Channel
  #received = new Uint8Array(0)

  constructor(channel: Channel) {
    this.#channel = channel
  }

  /** Requires version 2. */
  async agreeOnVersion(): Promise<void> {
    await this.#send(new WireWriter().string('version').uint32(VERSION))
    const [name, packet] = await this.#receive()
    if (name !== 'version') throw unexpected(name, packet)
    const version = packet.uint32()
    if (version < VERSION) throw failure(`the server speaks version ${version} of the public key subsystem, not ${VERSION}`)
  }

  async add(name: string, blob: Uint8Array, overwrite: boolean, attributes: readonly PublickeyAttribute[]): Promise<void> {
    const request = new WireWriter().string('add').string(name).string(blob).boolean(overwrite).uint32(attributes.length)
    for (const { name: attribute, value, mandatory = false } of attributes) request.string(attribute).string(value).boolean(mandatory)
    await this.#ask(request)
  }

  async remove(name: string, blob: Uint8Array): Promise<void> {
    await this.#ask(new WireWriter().string('remove').string(name).string(blob))
  }

  async list(): Promise<PublickeyEntry[]> {
    const entries: PublickeyEntry[] = []
    await this.#ask(new WireWriter().string('list'), (packet) => {
      if (entries.length === LONGEST_LIST) throw failure('the server lists too many keys')
      const [name, blob] = [decodeText(packet.string()), copyBytes(packet.string())]
      const attributes = Array.from({ length: countOf(packet) }, () => ({ name: decodeText(packet.string()), value: decodeText(packet.string()) }))
      entries.push({ name, blob, attributes })
    })
    return entries
  }

  /** Sends a request and reads until its status has arrived. */
  async #ask(request: WireWriter, onKey?: (packet: WireReader) => void): Promise<void> {
    await this.#send(request)
    for (;;) {
      const [name, packet] = await this.#receive()
      try {
        if (name === 'status') return checkStatus(packet)
        if (name !== 'publickey' || !onKey) throw unexpected(name, packet)
        onKey(packet)
      } catch (error) {
        throw error instanceof WireFormatError ? failure('the server sent a malformed packet', error) : error
      }
    }
  }

  async #send(packet: WireWriter): Promise<void> {
    const framed = new WireWriter().string(packet.finish()).finish()
    await this.#channel.session.complete(() => this.#channel.write(framed))
  }

  async #receive(): Promise<[name: string, packet: WireReader]> {
    const length = new WireReader(await this.#take(4)).uint32()
    if (length < 4 || length > LONGEST_PACKET) throw failure('the server announced a packet of an impossible length')
    const packet = new WireReader(await this.#take(length))
    try {
      return [decodeText(packet.string()), packet]
    } catch (error) {
      throw failure('the server sent a malformed packet', error)
    }
  }

  async #take(length: number): Promise<Uint8Array> {
    const { session } = this.#channel
    while (this.#received.length < length) {
      const [rc, data] = await session.complete(() => this.#channel.read(32768))
      if (rc === 0) throw failure('the server ended the public key subsystem')
      this.#received = concatBytes(this.#received, ownBytes(data))
    }
    const taken = this.#received.slice(0, length)
    this.#received = this.#received.slice(length)
    return taken
  }
}

/** Each attribute has at least two lengths: a larger count is a lie. */
function countOf(packet: WireReader): number {
  const count = packet.uint32()
  if (count * 8 > LONGEST_PACKET) throw failure('the server announced too many attributes')
  return count
}

function checkStatus(packet: WireReader): void {
  const status = packet.uint32()
  if (status === 0) return
  const text = decodeText(packet.string())
  throw failure(`${STATUS[status] ?? `status ${status}`}${text ? `: ${printable(text)}` : ''}`)
}

function unexpected(name: string, packet: WireReader): SSHError {
  if (name === 'status') checkStatus(packet)
  return failure(`the server answered with "${printable(name, 64)}", which was not requested`)
}

function failure(message: string, cause?: unknown): SSHError {
  return new SSHError(message, { code: 'ERR_LIBSSH2_PUBLICKEY_PROTOCOL', errno: LIBSSH2_ERROR_PUBLICKEY_PROTOCOL, cause })
}
