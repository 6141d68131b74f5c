import type { Bytes } from '../../ffi/exports.gen.ts'
import type { Again, SessionContext } from '../session-context.ts'
import type { Session } from '../session/session.ts'
import { Listener } from './listener.ts'

/** For `session.forwardListenEx()`, with checked arguments. */
export function listen(session: Session, context: SessionContext, host: string | null, port: number, queueMaxsize: number): [listener: Listener, boundPort: number] | Again {
  let bound = 0 as Bytes
  return context.performForPointer({ lane: context.lane, call: ['forwardListen', host, port, queueMaxsize] }, (scope) => {
    const address = host === null ? 0 as Bytes : scope.utf8(host, 'host').pointer
    bound = scope.out()
    return (c, pointer) => c.libssh2_channel_forward_listen_ex(pointer, address, port, bound, queueMaxsize)
  }, (pointer): [listener: Listener, boundPort: number] => {
    const boundPort = context.heap.u32(bound)
    return [new Listener(session, context, pointer, boundPort), boundPort]
  })
}

/** For `session.forwardListenStreamlocal()`, with checked arguments. */
export function listenStreamlocal(session: Session, context: SessionContext, path: string, queueMaxsize: number): Listener | Again {
  return context.performForPointer({ lane: context.lane, call: ['forwardListenStreamlocal', path, queueMaxsize] }, (scope) => {
    const socket = scope.utf8(path, 'path').pointer
    return (c, pointer) => c.libssh2_channel_forward_listen_streamlocal(pointer, socket, queueMaxsize)
  }, (pointer) => new Listener(session, context, pointer, 0, path))
}
