import type { Bytes, ChannelPointer } from '../ffi/exports.gen.ts'
import { SCP_FACTS } from '../ffi/layouts.gen.ts'
import type { Again, SessionContext } from './session-context.ts'

/** What the server says about a file that it sends over SCP. */
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
export function scpRecv2<T>(context: SessionContext, path: string, read: (channel: ChannelPointer, stat: ScpStat) => T): T | Again {
  const { heap, lane } = context
  let facts = 0 as Bytes
  return context.performForPointer({ lane, call: ['scpRecv2', path] }, (scope) => {
    const name = scope.utf8(path, 'path')
    facts = scope.out(SCP_FACTS.sizeof)
    return (c, session) => c.glue_scp_recv(session, name.pointer, facts)
  }, (channel) => {
    const fact = (offset: number) => Number(heap.u64((facts + offset) as Bytes))
    return read(channel, { filesize: fact(SCP_FACTS.size), permissions: fact(SCP_FACTS.mode), mtime: fact(SCP_FACTS.mtime), atime: fact(SCP_FACTS.atime) })
  })
}

/** For `session.scpSend64()`, with checked arguments. @param numbers size, and the times of modification and access. */
export function scpSend64<T>(context: SessionContext, path: string, mode: number, numbers: readonly [size: bigint, mtime: bigint, atime: bigint], read: (channel: ChannelPointer) => T): T | Again {
  return context.performForPointer({ lane: context.lane, call: ['scpSend64', path, mode, ...numbers] }, (scope) => {
    const name = scope.utf8(path, 'path')
    return (c, session) => c.libssh2_scp_send64(session, name.pointer, mode, ...numbers)
  }, read)
}
