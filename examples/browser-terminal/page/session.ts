import type { PageApi, SessionApi } from '../messages.ts'
import { calls } from '../rpc.ts'

/** The session of one tab, in a worker of its own. */
export interface Session extends SessionApi {
  /** Ends the worker, and with it whatever runs. */
  end(): void
}

export function startSession(page: PageApi): Session {
  const worker = new Worker(new URL('../worker/session-worker.ts', import.meta.url), { type: 'module' })
  const { port1, port2 } = new MessageChannel()
  worker.postMessage(null, [port2])
  const session = calls<SessionApi, PageApi>(port1, page)
  return new Proxy(session as Session, {
    get: (target, name, receiver) => name === 'end' ? () => worker.terminate() : Reflect.get(target, name, receiver),
  })
}
