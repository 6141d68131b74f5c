import { bytes, callable } from '../arguments.ts'
import type { SessionContext } from '../session-context.ts'

/** Receives the answer to a global request: its body, or `undefined` if the server refused. */
export type GlobalAnswer = (body: Uint8Array | undefined) => void

/** The global requests of this side that wait for an answer, in order: answers bear no number and come in the order of the requests (RFC 4254 section 4). */
export class GlobalRequests {
  readonly #waiting: GlobalAnswer[] = []

  /** Sends a request; with `answered` it asks for an answer. 0, or EAGAIN with nothing sent. */
  send(context: SessionContext, name: string, body: Uint8Array, answered: GlobalAnswer | undefined): number {
    const content = bytes(body, 'body')
    if (answered !== undefined) callable(answered, 'answered')
    return context.perform({ call: [this, name, content, answered !== undefined] }, (scope) => {
      const request = scope.utf8(name, 'name')
      const rest = scope.bytes(content)
      const wantsReply = Number(answered !== undefined)
      return (c, session) => c.glue_session_global_request(session, request.pointer, request.length, wantsReply, rest.pointer, rest.length)
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
