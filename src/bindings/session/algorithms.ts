import type { Bytes } from '../../ffi/exports.gen.ts'
import { int, nameList } from '../arguments.ts'
import type { SessionContext } from '../session-context.ts'

/** For `session.methodPref()`. */
export function preferAlgorithms(context: SessionContext, type: number, methods: string | readonly string[]): number {
  const kind = int(type, 'type')
  const names = typeof methods === 'string' ? methods : nameList(methods, 'methods')
  return context.perform({}, (scope) => {
    const list = scope.utf8(names, 'methods')
    return (c, session) => c.libssh2_session_method_pref(session, kind, list.pointer)
  })
}

/** For `session.supportedAlgs()`. */
export function supportedAlgorithms(context: SessionContext, type: number): string[] {
  const kind = int(type, 'type')
  const { heap } = context
  return heap.scoped((scope) => {
    const out = scope.out()
    const count = context.call({ local: true }, (c, session) => c.libssh2_session_supported_algs(session, kind, out))
    const list = heap.u32(out) as Bytes
    const names = Array.from({ length: count }, (_, i) => heap.string(heap.u32((list + 4 * i) as Bytes) as Bytes) ?? '')
    context.plain((c, session) => c.libssh2_free(session, list))
    return names
  })
}
