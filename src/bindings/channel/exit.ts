import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import type { Bytes } from '../../ffi/exports.gen.ts'
import { EXIT_STATE } from '../../ffi/layouts.gen.ts'
import type { Again } from '../session-context.ts'
import { endOf } from '../sources.ts'
import { type ChannelCalls, LOCAL } from './calls.ts'

/** The result of `getExitSignal`: return code, signal name without `SIG`, error message, language tag; `null` for missing ones. */
export type ExitSignal = [rc: number, signal: string | null, message: string | null, language: string | null]

/** How a remote process ended (RFC 4254 section 6.10), in the shape that Node uses: a code or a signal; neither if the server closed the channel without saying. */
export interface Exit {
  readonly code: number | null
  /** Named without `SIG`, e.g. `TERM`. */
  readonly signal: string | null
  readonly coreDumped: boolean
  /** The server's message about a signal, often empty. */
  readonly message: string
}

/** How the process has ended, or EAGAIN until the server says so or closes the channel. */
export function exitOf(calls: ChannelCalls): Exit | Again {
  const { heap } = calls.context
  const state = heap.scratch(EXIT_STATE.sizeof)
  const word = (offset: number) => heap.i32((state + offset) as Bytes)
  let signal = 0 as Bytes
  const rc = calls.call(calls.way('exit', endOf), (c, channel) => {
    signal = c.glue_channel_exit(channel, state)
    return signal !== 0 || word(EXIT_STATE.has_status) !== 0 || c.glue_channel_peer_closed(channel) !== 0 ? 0 : LIBSSH2_ERROR_EAGAIN
  })
  if (rc === LIBSSH2_ERROR_EAGAIN) return rc
  if (signal !== 0) return { code: null, signal: heap.string(signal) ?? '', coreDumped: word(EXIT_STATE.core_dumped) !== 0, message: exitSignalOf(calls)[2] ?? '' }
  return { code: word(EXIT_STATE.has_status) === 0 ? null : word(EXIT_STATE.status) >>> 0, signal: null, coreDumped: false, message: '' }
}

/** The signal that ended the process. */
export function exitSignalOf(calls: ChannelCalls): ExitSignal {
  const { context } = calls
  const { heap } = context
  return heap.scoped((scope) => {
    const outs = Array.from({ length: 6 }, () => scope.out()) as [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes]
    const rc = calls.call(LOCAL, (c, channel) => c.libssh2_channel_get_exit_signal(channel, ...outs))
    const take = (at: 0 | 2 | 4) => {
      const string = heap.u32(outs[at]) as Bytes
      if (string === 0) return null
      const content = heap.text(string, heap.u32(outs[at + 1] as Bytes))
      context.plain((c, session) => c.libssh2_free(session, string))
      return content
    }
    return [rc, take(0), take(2), take(4)]
  })
}
