import type { Listener } from '../../bindings/listener/listener.ts'
import type { Again } from '../../bindings/session-context.ts'
import type { Session } from '../../bindings/session/session.ts'
import { offer, takeAll } from '../channel/incoming.ts'
import { clientError } from '../client/errors.ts'
import type { Link } from '../client/link.ts'
import type { Callback } from '../tell.ts'

/** Connections that wait to be accepted; the server is told that others are refused. */
const BACKLOG = 1024

/** Ports and sockets of the server from which connections come to this side. */
export class Listeners {
  readonly #link: Link
  readonly #listeners = new Map<string, Listener>()

  constructor(link: Link) {
    this.#link = link
  }

  /** Asks the server to listen on a port; calls back with the real one. */
  listen(address: string, port: number, callback: Callback<[port?: number]>): void {
    const refused = () => clientError(`Unable to bind to ${address}:${port}`)
    this.#link.ask(async (session) => {
      const [listener, bound] = await refusing(session, () => session.forwardListenEx(address, port, BACKLOG), refused)
      this.#keep(session, `${address}:${bound}`, listener, (channel) => {
        const { host, port: from } = channel.originator() ?? { host: '', port: 0 }
        offer(this.#link, channel, 'forwarded-tcpip', 'tcp connection', { destIP: address, destPort: bound, srcIP: host, srcPort: from })
      })
      return bound
    }, callback)
  }

  unlisten(address: string, port: number, callback: Callback): void {
    this.#cancel(`${address}:${port}`, `Unable to unbind from ${address}:${port}`, callback)
  }

  /** Asks the server to listen on a Unix socket. */
  listenUnix(path: string, callback: Callback): void {
    this.#link.ask(async (session) => {
      const listener = await refusing(session, () => session.forwardListenStreamlocal(path, BACKLOG), () => clientError(`Unable to bind to ${path}`))
      this.#keep(session, path, listener, (channel) => offer(this.#link, channel, 'forwarded-streamlocal@openssh.com', 'unix connection', { socketPath: path }))
    }, (error) => callback(error))
  }

  unlistenUnix(path: string, callback: Callback): void {
    this.#cancel(path, `Unable to unbind from ${path}`, callback)
  }

  #keep(session: Session, name: string, listener: Listener, take: (channel: NonNullable<Exclude<ReturnType<Listener['forwardAccept']>, Again>>) => void): void {
    this.#listeners.set(name, listener)
    takeAll(session, () => this.#listeners.get(name) === listener ? listener.forwardAccept() : undefined, take)
  }

  #cancel(name: string, failure: string, callback: Callback): void {
    this.#link.ask(async (session) => {
      const listener = this.#listeners.get(name)
      if (!listener) throw clientError(failure)
      this.#listeners.delete(name)
      await session.complete(() => listener.forwardCancel())
    }, (error) => callback(error))
  }
}

/** @throws the error that ended the session, or the error for a refusal */
async function refusing<T>(session: Session, call: () => T | Again, refused: () => Error): Promise<Exclude<T, Again>> {
  try {
    return await session.complete(call) as Exclude<T, Again>
  } catch (error) {
    throw session.failure ? error : Object.assign(refused(), { cause: error })
  }
}
