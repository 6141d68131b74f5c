import type { Bytes } from '../../ffi/exports.gen.ts'
import { FIRST_EXCHANGE } from '../../ffi/layouts.gen.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import type { SessionContext } from '../session-context.ts'

/** Results of the first key exchange. They prove to an agent which server a session is connected to, and tie the keys that the server announces to it. */
export interface FirstExchange {
  /** The session identifier (RFC 4253 section 7.2). */
  readonly sessionId: Uint8Array
  /** Host key blob as the server sent it; a certificate if it presented one. */
  readonly hostKey: Uint8Array
  /** Signature blob of that key over the exchange hash, which is the session identifier. */
  readonly signature: Uint8Array
}

/** The extensions that the server's first EXT_INFO names (RFC 8308), with their values. */
export function readExtensions(context: SessionContext): ReadonlyMap<string, Uint8Array> {
  return context.heap.scoped((scope) => {
    const length = scope.out()
    const pairs = context.plain((c, session) => c.glue_session_extensions(session, length))
    const reader = new WireReader(pairs === 0 ? new Uint8Array(0) : context.heap.copy(pairs, context.heap.u32(length)))
    const extensions = new Map<string, Uint8Array>()
    while (reader.remaining > 0) extensions.set(decodeText(reader.string()), reader.string())
    return extensions
  })
}

/** Copies of the results of the first exchange; `null` before it. */
export function readFirstExchange(context: SessionContext): FirstExchange | null {
  const { heap } = context
  return heap.scoped((scope) => {
    const facts = scope.out(FIRST_EXCHANGE.sizeof)
    if (!context.plain((c, session) => c.glue_session_exchange(session, facts))) return null
    const word = (offset: number) => heap.u32((facts + offset) as Bytes)
    const field = (address: number, length: number) => heap.copy(word(address) as Bytes, word(length))
    return {
      sessionId: field(FIRST_EXCHANGE.session_id, FIRST_EXCHANGE.session_id_length),
      hostKey: field(FIRST_EXCHANGE.host_key, FIRST_EXCHANGE.host_key_length),
      signature: field(FIRST_EXCHANGE.signature, FIRST_EXCHANGE.signature_length),
    }
  })
}
