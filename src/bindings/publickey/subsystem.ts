import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import { copyBytes } from '../../wire-format/bytes.ts'
import { bytes, flag, record, text } from '../arguments.ts'
import { AsyncCall } from '../async-call.ts'
import type { Channel } from '../channel/channel.ts'
import type { Again, SessionContext } from '../session-context.ts'
import { type PublickeyAttribute, type PublickeyEntry, PublickeyPackets } from './packets.ts'
import type { Session } from '../session/session.ts'

/**
 * The public key subsystem (RFC 4819), with which users manage their keys on the server. Non-blocking; requests queue.
 * The protocol is written in TypeScript; libssh2's publickey.c is not compiled. Refusals throw `ERR_LIBSSH2_PUBLICKEY_PROTOCOL` with the
 * server's message.
 */
export class PublickeySubsystem implements Disposable {
  /** The session that this object belongs to. */
  readonly session: Session
  readonly #channel: Channel
  readonly #packets: PublickeyPackets
  readonly #asyncCalls: AsyncCall
  #turn: Promise<unknown> = Promise.resolve()

  /** For the bindings: `session.publickeyInit()` makes one. */
  constructor(session: Session, context: SessionContext, channel: Channel, packets: PublickeyPackets) {
    this.session = session
    this.#channel = channel
    this.#packets = packets
    this.#asyncCalls = new AsyncCall(context)
  }

  /** Opens the channel, starts the subsystem, and agrees on version 2. @internal */
  static async open(session: Session, context: SessionContext, openSession: () => Channel | Again): Promise<PublickeySubsystem> {
    const { driver } = context
    const channel = await driver.run(openSession)
    try {
      await driver.run(() => channel.subsystem('publickey'))
      const packets = new PublickeyPackets(channel)
      await packets.agreeOnVersion()
      return new PublickeySubsystem(session, context, channel, packets)
    } catch (error) {
      channel[Symbol.dispose]()
      throw error
    }
  }

  /** The server answers the requests in order. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  #code(call: readonly unknown[], work: () => Promise<void>): Again | 0 {
    return this.#asyncCalls.call<0>([this, ...call], () => this.#inTurn(work).then(() => 0))
  }

  /**
   * Adds a key.
   * @param name its algorithm, e.g. `ssh-ed25519`. @param blob public key blob (RFC 4253 section 6.6). @param overwrite replaces the attributes
   * of an existing key.
   * @returns 0, or EAGAIN. libssh2_publickey_add_ex.
   */
  add(name: string, blob: Uint8Array, overwrite = false, attributes: readonly PublickeyAttribute[] = []): Again | 0 {
    const copy = copyBytes(bytes(blob, 'blob'))
    const [algorithm, replaces, restrictions] = [text(name, 'name'), flag(overwrite, 'overwrite') === 1, checkedAttributes(attributes)]
    const values = restrictions.flatMap((attribute) => [attribute.name, attribute.value, attribute.mandatory])
    return this.#code(['add', algorithm, copy, replaces, ...values], () => this.#packets.add(algorithm, copy, replaces, restrictions))
  }

  /** Removes a key. @returns 0, or EAGAIN. libssh2_publickey_remove_ex. */
  remove(name: string, blob: Uint8Array): Again | 0 {
    const copy = copyBytes(bytes(blob, 'blob'))
    const algorithm = text(name, 'name')
    return this.#code(['remove', algorithm, copy], () => this.#packets.remove(algorithm, copy))
  }

  /** Lists the user's keys with their attributes. @returns them, or EAGAIN. libssh2_publickey_list_fetch. */
  listFetch(): PublickeyEntry[] | Again {
    return this.#asyncCalls.call([this, 'listFetch'], () => this.#inTurn(() => this.#packets.list()))
  }

  /** Ends the subsystem. @returns 0, or EAGAIN: then repeat it. Idempotent. libssh2_publickey_shutdown. */
  shutdown(): Again | 0 {
    const rc = this.#channel.free()
    return rc === LIBSSH2_ERROR_EAGAIN ? rc : 0
  }

  [Symbol.dispose](): void {
    this.#channel[Symbol.dispose]()
  }
}

function checkedAttributes(attributes: readonly PublickeyAttribute[]): Required<PublickeyAttribute>[] {
  if (!Array.isArray(attributes)) throw new TypeError('attributes must be an array')
  return attributes.map((attribute: PublickeyAttribute) => {
    const { name, value, mandatory = false } = record(attribute, 'an attribute')
    return { name: text(name, 'name of an attribute'), value: text(value, 'value of an attribute'), mandatory: flag(mandatory, 'mandatory') === 1 }
  })
}
