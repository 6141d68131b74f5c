import { LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import type { Bytes, ChannelPointer } from '../ffi/exports.ts'
import { wholeNumber } from './arguments.ts'
import type { Again, SessionContext } from './session-context.ts'

/** What the server says of a file that it sends over SCP. */
export interface ScpStat {
  /** Bytes, exact up to 2^53. */
  readonly filesize: number
  /** Mode bits. */
  readonly permissions: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly atime: number
}

/** For `session.scpRecv2()`. */
export function scpRecv2(context: SessionContext, path: string): [channel: ChannelPointer, stat: ScpStat] | Again {
  const { heap } = context
  using scope = heap.scope()
  const name = scope.utf8(path, 'path')
  const facts = scope.out(4 * 8)
  const channel = context.pointer<ChannelPointer>({ lane: context.lane, key: `scpRecv2:${path}` }, (c, session) => c._glue_scp_recv(session, name.pointer, facts))
  if (channel === LIBSSH2_ERROR_EAGAIN) return channel as Again
  const [filesize, permissions, mtime, atime] = [0, 8, 16, 24].map((at) => Number(heap.u64((facts + at) as Bytes))) as [number, number, number, number]
  return [channel as ChannelPointer, { filesize, permissions, mtime, atime }]
}

/** For `session.scpSend64()`. */
export function scpSend64(context: SessionContext, path: string, mode: number, size: number | bigint, mtime: number, atime: number): ChannelPointer | Again {
  const bits = wholeNumber(mode, 'mode', 0, 0o7777)
  const length = BigInt(wholeNumber(Number(size), 'size', 0, Number.MAX_SAFE_INTEGER))
  const times = [BigInt(wholeNumber(mtime, 'mtime', 0, Number.MAX_SAFE_INTEGER)), BigInt(wholeNumber(atime, 'atime', 0, Number.MAX_SAFE_INTEGER))] as const
  using scope = context.heap.scope()
  const name = scope.utf8(path, 'path')
  return context.pointer({ lane: context.lane, key: `scpSend64:${path}:${bits}:${length}:${times}` }, (c, session) => c._libssh2_scp_send64(session, name.pointer, bits, length, ...times))
}
