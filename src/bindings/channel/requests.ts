import { libssh2Error } from '../../errors/libssh2-error.ts'
import {
  LIBSSH2_CALLBACK_AUTHAGENT, LIBSSH2_CALLBACK_X11, LIBSSH2_ERROR_BAD_USE, LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_EAGAIN, LIBSSH2_TERM_HEIGHT,
  LIBSSH2_TERM_HEIGHT_PX, LIBSSH2_TERM_WIDTH, LIBSSH2_TERM_WIDTH_PX,
} from '../../ffi/constants.gen.ts'
import type { Bytes } from '../../ffi/exports.gen.ts'
import { encodeText, type HeapScope } from '../../ffi/heap.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { bytes, flag, int, record, text } from '../arguments.ts'
import { endOf } from '../sources.ts'
import type { ChannelCalls, ChannelRun } from './calls.ts'

/** A PTY request (RFC 4254 section 6.2). */
export interface PtyOptions {
  /** Value of TERM; `vt100` by default. */
  readonly term?: string
  /** Encoded terminal modes (RFC 4254 section 8). */
  readonly modes?: Uint8Array
  /** Size in characters, 80 x 24 by default. */
  readonly columns?: number
  readonly rows?: number
  /** Size in pixels; 0 is unknown. */
  readonly widthPx?: number
  readonly heightPx?: number
}

export const NOTHING = new Uint8Array(0)

/** Channel requests (RFC 4254 section 6). One request with a reply is in flight at a time. The methods of `Channel` document each. */
export class ChannelRequests {
  readonly #calls: ChannelCalls
  /** Replies to `setenvSend` that `setenvReply` has not taken. */
  #unreplied = 0

  constructor(calls: ChannelCalls) {
    this.#calls = calls
  }

  /** A request whose reply is identified only by its order among those of the channel. No reply comes after the peer's close. */
  #request(call: readonly unknown[], prepare: (scope: HeapScope) => ChannelRun<number>, takesReply = false): number {
    const { context, requests: lane, handle } = this.#calls
    const step = context.step(lane, call)
    return context.perform({ lane, step, source: endOf(this.#calls.number) }, (scope) => {
      const { pointer } = handle
      const run = prepare(scope)
      if (!step.midway) this.#calls.needOpen()
      if (!lane.holder && takesReply !== this.#unreplied > 0) throw libssh2Error(LIBSSH2_ERROR_BAD_USE, 'setenvReply takes the reply to each setenvSend, before any other request')
      return (c) => {
        const rc = run(c, pointer)
        // libssh2 waits on.
        return rc === LIBSSH2_ERROR_EAGAIN && c.glue_channel_peer_closed(pointer) ? LIBSSH2_ERROR_CHANNEL_CLOSED : rc
      }
    })
  }

  pty(options: PtyOptions): number {
    const { term = 'vt100', modes = NOTHING, columns = LIBSSH2_TERM_WIDTH, rows = LIBSSH2_TERM_HEIGHT, widthPx = LIBSSH2_TERM_WIDTH_PX, heightPx = LIBSSH2_TERM_HEIGHT_PX } = record(options, 'options')
    const size = checkedSize(columns, rows, widthPx, heightPx)
    return this.#request(['pty', term, modes, ...size], (scope) => {
      const name = scope.utf8(term, 'term')
      const encoded = scope.bytes(bytes(modes, 'modes'))
      return (c, channel) => c.libssh2_channel_request_pty_ex(channel, name.pointer, name.length, encoded.pointer, encoded.length, ...size)
    })
  }

  ptySize(columns: number, rows: number, widthPx: number, heightPx: number): number {
    const calls = this.#calls
    const size = checkedSize(columns, rows, widthPx, heightPx)
    calls.needOpen()
    return calls.call({ call: [calls, 'ptySize', ...size] }, (c, channel) => c.libssh2_channel_request_pty_size_ex(channel, ...size))
  }

  start(request: string, message: string | null | undefined): number {
    return this.#request(['startup', request, message ?? null], (scope) => {
      const type = scope.utf8(request, 'request')
      // Without a message these two are malformed, and the server would end the session.
      if (message == null && (request === 'exec' || request === 'subsystem')) throw new TypeError(`${request} needs a message, which must be a string`)
      const body = message == null ? { pointer: 0 as Bytes, length: 0 } : scope.utf8(message, 'message')
      return (c, channel) => c.libssh2_channel_process_startup(channel, type.pointer, type.length, body.pointer, body.length)
    })
  }

  setenv(name: string, value: string): number {
    return this.#request(['setenv', name, value], (scope) => {
      const variable = scope.utf8(name, 'name')
      const content = scope.utf8(value, 'value')
      return (c, channel) => c.libssh2_channel_setenv_ex(channel, variable.pointer, variable.length, content.pointer, content.length)
    })
  }

  /** An `env` request. Nobody waits for its reply here, which the server sends if `wantReply` is true. */
  sendVariable(name: string, value: string, wantReply: boolean): number {
    return this.send('env', wantReply, new WireWriter().string(encodeText(name, 'name')).string(encodeText(value, 'value')).finish())
  }

  setenvReply(): number {
    return this.#request(['setenvReply'], () => (c, channel) => {
      const rc = c.glue_channel_reply(channel)
      if (rc !== LIBSSH2_ERROR_EAGAIN) this.#unreplied -= 1
      return rc
    }, true)
  }

  send(type: string, wantReply: boolean, content: Uint8Array): number {
    return this.#sent(['request', type, wantReply, content], (scope) => {
      const name = scope.utf8(type, 'type')
      const rest = scope.bytes(content)
      return (c, channel) => {
        const rc = c.glue_channel_notify(channel, name.pointer, name.length, Number(wantReply), rest.pointer, rest.length)
        if (rc === 0 && wantReply) this.#unreplied += 1
        return rc
      }
    })
  }

  signal(name: string): number {
    return this.#sent(['signal', name], (scope) => {
      const short = scope.utf8(text(name, 'name').replace(/^SIG/, ''), 'name')
      return (c, channel) => c.libssh2_channel_signal_ex(channel, short.pointer, short.length)
    })
  }

  /** A request that waits for no reply. */
  #sent(call: readonly unknown[], prepare: (scope: HeapScope) => ChannelRun<number>): number {
    const calls = this.#calls
    return calls.context.perform({ call: [calls, ...call] }, (scope) => {
      const { pointer } = calls.handle
      const run = prepare(scope)
      calls.needOpen()
      return (c) => run(c, pointer)
    })
  }

  agent(): number {
    this.#calls.context.listen(LIBSSH2_CALLBACK_AUTHAGENT, true)
    return this.#request(['requestAuthAgent'], () => (c, channel) => c.libssh2_channel_request_auth_agent(channel))
  }

  x11(singleConnection: boolean, authProto: string | null, authCookie: string | null, screen: number): number {
    const number = int(screen, 'screen')
    const single = flag(singleConnection, 'singleConnection')
    this.#calls.context.listen(LIBSSH2_CALLBACK_X11, true)
    return this.#request(['x11', single, authProto, authCookie, screen], (scope) => {
      const optional = (value: string | null, name: string) => value === null ? 0 as Bytes : scope.utf8(value, name).pointer
      const [proto, cookie] = [optional(authProto, 'authProto'), optional(authCookie, 'authCookie')]
      return (c, channel) => c.libssh2_channel_x11_req_ex(channel, single, proto, cookie, number)
    })
  }

  /** Completes the request in flight: if the channel were freed first, its answer might be taken for that of another channel with the same number. */
  answered(): boolean {
    try {
      return this.#calls.requests.holder?.resume?.() !== LIBSSH2_ERROR_EAGAIN
    } catch {
      return true
    }
  }
}

function checkedSize(columns: number, rows: number, widthPx: number, heightPx: number): [number, number, number, number] {
  return [int(columns, 'columns'), int(rows, 'rows'), int(widthPx, 'widthPx'), int(heightPx, 'heightPx')]
}
