import { WireReader } from '../../wire-format/reader.ts'
import type { Bytes } from '../../ffi/exports.gen.ts'
import { FIRST_EXCHANGE } from '../../ffi/layouts.gen.ts'
import { bytes, callable } from '../arguments.ts'
import type { SessionContext } from '../session-context.ts'

/** Receives the answer to a global request: its body, or `undefined` where the server refused. */
export type GlobalAnswer = (body: Uint8Array | undefined) => void

/** What the first key exchange has left: it proves to an agent, or to the keys that a server announces, whom a session is with. */
export interface FirstExchange {
  /** The session identifier (RFC 4253 section 7.2). */
  readonly sessionId: Uint8Array
  /** Host key blob as the server sent it; a certificate where it presented one. */
  readonly hostKey: Uint8Array
  /** Signature blob of that key over the exchange hash, which is the session identifier. */
  readonly signature: Uint8Array
}

/** The global requests of this side that wait for an answer, the first one first: answers bear no number and come in order (RFC 4254 section 4). */
export class GlobalRequests {
  readonly #waiting: GlobalAnswer[] = []

  /** Sends a request; with `answered` it wants an answer. 0, or EAGAIN with nothing sent. */
  send(context: SessionContext, name: string, body: Uint8Array, answered: GlobalAnswer | undefined): number {
    const content = bytes(body, 'body')
    if (answered !== undefined) callable(answered, 'answered')
    return context.perform({ call: [this, name, content, answered !== undefined] }, (scope) => {
      const request = scope.utf8(name, 'name')
      const rest = scope.bytes(content)
      const wantsReply = Number(answered !== undefined)
      return (c, session) => c._glue_session_global_request(session, request.pointer, request.length, wantsReply, rest.pointer, rest.length)
    }, (rc) => {
      if (answered) this.#waiting.push(answered)
      return rc
    })
  }

  answered(body: Uint8Array | undefined): void {
    const first = this.#waiting.shift()
    if (first) queueMicrotask(() => first(body))
  }
}

/** The extensions that the server's first EXT_INFO names (RFC 8308), with their values. */
export function readExtensions(context: SessionContext): ReadonlyMap<string, Uint8Array> {
  using scope = context.heap.scope()
  const length = scope.out()
  const pairs = context.plain((c, session) => c._glue_session_extensions(session, length))
  const reader = new WireReader(pairs === 0 ? new Uint8Array(0) : context.heap.copy(pairs, context.heap.u32(length)))
  const extensions = new Map<string, Uint8Array>()
  while (reader.remaining > 0) extensions.set(new TextDecoder().decode(reader.string()), reader.string())
  return extensions
}

/** Copies of what the first exchange has left; `null` before it. */
export function readFirstExchange(context: SessionContext): FirstExchange | null {
  const { heap } = context
  using scope = heap.scope()
  const facts = scope.out(FIRST_EXCHANGE.sizeof)
  if (!context.plain((c, session) => c._glue_session_exchange(session, facts))) return null
  const word = (offset: number) => heap.u32((facts + offset) as Bytes)
  const field = (address: number, length: number) => heap.copy(word(address) as Bytes, word(length))
  return {
    sessionId: field(FIRST_EXCHANGE.session_id, FIRST_EXCHANGE.session_id_length),
    hostKey: field(FIRST_EXCHANGE.host_key, FIRST_EXCHANGE.host_key_length),
    signature: field(FIRST_EXCHANGE.signature, FIRST_EXCHANGE.signature_length),
  }
}
