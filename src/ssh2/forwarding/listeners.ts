import type { Listener } from '../../bindings/listener/listener.ts'
import type { Again } from '../../bindings/session-context.ts'
import type { Session } from '../../bindings/session/session.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { offer, takeAll } from '../channel/incoming.ts'
import { clientError } from '../client/errors.ts'
import { granted } from '../client/global-request.ts'
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
      const [listener, bound] = await refusing(session, () => session.forwardListenEx(address, portNumber(port), BACKLOG), refused)
      this.#keep(session, `${address}:${bound}`, listener, (channel) => {
        const { host, port: from } = channel.originator() ?? { host: '', port: 0 }
        offer(this.#link, channel, 'forwarded-tcpip', 'tcp connection', { destIP: address, destPort: bound, srcIP: host, srcPort: from })
      })
      return bound
    }, callback)
  }

  unlisten(address: string, port: number, callback: Callback): void {
    this.#cancel(`${address}:${port}`, 'cancel-tcpip-forward', () => new WireWriter().string(address).uint32(portNumber(port)), callback)
  }

  /** Asks the server to listen on a Unix socket. */
  listenUnix(path: string, callback: Callback): void {
    this.#link.ask(async (session) => {
      const listener = await refusing(session, () => session.forwardListenStreamlocal(path, BACKLOG), () => clientError(`Unable to bind to ${path}`))
      this.#keep(session, path, listener, (channel) => offer(this.#link, channel, 'forwarded-streamlocal@openssh.com', 'unix connection', { socketPath: path }))
    }, (error) => callback(error))
  }

  unlistenUnix(path: string, callback: Callback): void {
    this.#cancel(path, 'cancel-streamlocal-forward@openssh.com', () => new WireWriter().string(path), callback)
  }

  #keep(session: Session, name: string, listener: Listener, take: (channel: NonNullable<Exclude<ReturnType<Listener['forwardAccept']>, Again>>) => void): void {
    this.#listeners.set(name, listener)
    takeAll(session, () => this.#listeners.get(name) === listener ? listener.forwardAccept() : undefined, take)
  }

  /**
   * The server decides (RFC 4254 section 7.1), as with `ssh2`: what this side does not know is asked for too, and what the server refuses to end goes on.
   * Then C gives up its part; the message that it sends with that wants no reply, and finds nothing more to end.
   */
  #cancel(name: string, request: string, body: () => WireWriter, callback: Callback): void {
    const refused = (cause?: Error) => Object.assign(clientError(`Unable to unbind from ${name}`), cause && { cause })
    this.#link.ask(async (session) => {
      if (!await granted(session, request, body().finish())) throw refused()
      const listener = this.#listeners.get(name)
      if (!listener) return
      this.#listeners.delete(name)
      await session.complete(() => listener.forwardCancel())
    }, (error) => callback(error), (error) => error instanceof RangeError ? refused(error) : error as Error)
  }
}

/** Programs give ports as text too, from a command line or an address. */
function portNumber(port: number): number {
  return Number(port ?? 0)
}

/** @throws the error that ended the session, or the error for a refusal */
async function refusing<T>(session: Session, call: () => T | Again, refused: () => Error): Promise<Exclude<T, Again>> {
  try {
    return await session.complete(call) as Exclude<T, Again>
  } catch (error) {
    throw session.failure ? error : Object.assign(refused(), { cause: error })
  }
}
