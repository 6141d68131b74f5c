import { Driver } from '../core/driver.ts'
import type { Transport } from '../runtime/transport.ts'
import { Wire } from '../core/wire.ts'
import { libssh2Error } from '../errors/libssh2-error.ts'
import { DisconnectError, type SSHError } from '../errors/ssh-error.ts'
import {
  LIBSSH2_ERROR_ALLOC, LIBSSH2_ERROR_DECRYPT, LIBSSH2_ERROR_EAGAIN, LIBSSH2_ERROR_INVALID_MAC, LIBSSH2_ERROR_KEX_FAILURE,
  LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE, LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_SEND,
} from '../ffi/constants.gen.ts'
import type { Pointer, SessionPointer } from '../ffi/exports.ts'
import { Handle } from '../ffi/handle.ts'
import type { Heap } from '../ffi/heap.ts'
import type { SessionHost } from '../ffi/host.ts'
import type { Instance } from '../ffi/instance.ts'
import type { Libssh2Module } from '../ffi/create-module.ts'
import { Lane } from './lane.ts'
import { Negotiation } from './session/negotiation.ts'

export type Again = typeof LIBSSH2_ERROR_EAGAIN
export type Run<T> = (c: Libssh2Module, session: SessionPointer) => T

/** After these nothing more can be read from the transport: the session is over. */
const FATAL = new Set<number>([
  LIBSSH2_ERROR_INVALID_MAC, LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE,
  LIBSSH2_ERROR_ALLOC, LIBSSH2_ERROR_DECRYPT, LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV,
])

/** A call of C: which lane it waits in, and what tells it from the others there. */
export interface Call {
  readonly lane?: Lane
  /** Identity of the call: an operation that said EAGAIN is gone on with only by a call of the same key. */
  readonly key: string
  /** The number of the channel that it looks at, if it waits for nothing but what arrives there. */
  readonly source?: number
  /** It looks only at what has arrived, and is of use after the session has ended too. */
  readonly local?: boolean
}

/** The way of every binding into C for one session: lanes, return codes, errors, and what ended the session. */
export class SessionContext {
  readonly instance: Instance
  readonly heap: Heap
  readonly wire: Wire
  readonly driver: Driver
  readonly handle: Handle<SessionPointer>
  /** Laws 4 and 5: whatever waits for a reply of the server that only its order identifies. */
  readonly lane = new Lane()
  /** Channels that this side has closed and the peer has not: they still count for a server that allows only some. */
  readonly unansweredCloses = new Set<object>()
  /** When the peer last answered a close of ours, as `performance.now()` has it. */
  closedAt = -Infinity
  readonly #id: number
  readonly #memoryLimit: number
  #failure: SSHError | undefined
  #serviced = false
  /** Until keys are agreed upon. */
  #negotiation: Negotiation | undefined = new Negotiation()

  constructor(instance: Instance, transport: Transport, memoryLimit: number, host: Omit<SessionHost, 'recv' | 'send' | 'slice' | 'markReady' | 'trapped'>) {
    this.instance = instance
    this.#memoryLimit = memoryLimit
    this.heap = instance.heap
    this.ended = new Promise((resolve) => { this.#resolveEnded = resolve })
    this.driver = new Driver({
      bytesRead: () => this.wire.bytesRead,
      service: () => this.#service(),
      flush: () => this.wire.flush(),
    })
    this.wire = new Wire(transport, {
      inbound: () => this.driver.arrived(),
      drained: () => this.driver.wake(),
    })
    this.#id = instance.register({
      ...host,
      trapped: () => queueMicrotask(() => this.end(instance.failure as SSHError)),
      slice: () => this.driver.slice(),
      markReady: (channel) => this.driver.markReady(channel),
      recv: (target) => {
        const count = this.wire.recv(target)
        if (count > 0) this.#negotiation?.received(target.subarray(0, count))
        return count
      },
      send: (data) => {
        this.#negotiation?.sent(data)
        return this.wire.send(data)
      },
    })
    const pointer = instance.call((c) => c._glue_session_new(this.#id))
    if (pointer === 0) {
      instance.unregister(this.#id)
      throw libssh2Error(LIBSSH2_ERROR_ALLOC)
    }
    instance.call((c) => c._glue_session_limit(pointer, memoryLimit))
    this.handle = new Handle('session', pointer)
    this.wire.start()
  }

  /** What ended the session, if something did. Set once. */
  get failure(): SSHError | undefined {
    return this.instance.failure ?? this.#failure
  }

  /** Resolves with what ended the session, when it has ended. */
  readonly ended: Promise<SSHError>
  #resolveEnded: (error: SSHError) => void = () => {}

  fail(error: SSHError): SSHError {
    if (!this.#failure) {
      this.#failure = error
      this.#resolveEnded(error)
      this.driver.release()
    }
    return this.#failure
  }

  /** Ends the session for a reason of this side: everything pending rejects with it. */
  end(error: SSHError): void {
    this.fail(error)
    this.wire.abort()
    this.driver.wake()
  }

  /** From the end of the handshake on, packets are taken in while nobody waits (law 8). */
  serviceFromNowOn(): void {
    this.#serviced = true
    this.#negotiation = undefined
  }

  #service(): void {
    if (!this.#serviced || this.handle.freed || this.failure) return
    try {
      const rc = this.plain((c, session) => c._glue_session_service(session))
      if (rc < 0 && rc !== LIBSSH2_ERROR_EAGAIN) this.fail(this.#error(rc))
      else this.#checkEnd()
    } catch (error) {
      this.fail(error as SSHError)
    }
  }

  /** The transport ended and C has all that came: what still says EAGAIN never will say anything else. */
  #checkEnd(): SSHError | undefined {
    const { ended } = this.wire
    if (!this.failure && ended && this.wire.empty) {
      const [errno, message] = ended.error === undefined
        ? [LIBSSH2_ERROR_SOCKET_DISCONNECT, 'the transport was closed'] as const
        : [LIBSSH2_ERROR_SOCKET_RECV, whyFailed(ended.error)] as const
      this.fail(libssh2Error(errno, this.#withWords(message), { cause: ended.error }))
    }
    return this.failure
  }

  get session(): SessionPointer {
    return this.handle.pointer
  }

  /** Calls C for a code: negative ones but EAGAIN are thrown. */
  code(call: Call, run: Run<number>): number {
    return this.attempt(call, (c, session) => {
      const rc = run(c, session)
      return rc < 0 && rc !== LIBSSH2_ERROR_EAGAIN ? this.#raise(rc) : rc
    })
  }

  /** Calls C for a pointer: NULL is EAGAIN or thrown, as the last error says. */
  pointer<P extends Pointer>(call: Call, run: Run<P>): P | Again {
    return this.attempt(call, (c, session) => this.orLastError(run(c, session)))
  }

  /** NULL stands for the last error: EAGAIN is given back, others are thrown. Inside `attempt`. */
  orLastError<P extends Pointer>(pointer: P): P | Again {
    if (pointer !== 0) return pointer
    const errno = this.plain((c, session) => c._libssh2_session_last_errno(session))
    return errno === LIBSSH2_ERROR_EAGAIN ? errno : this.#raise(errno)
  }

  /** Calls C for something that neither waits nor fails. */
  plain<T>(run: Run<T>): T {
    const { session } = this
    return this.instance.call((c) => run(c, session))
  }

  /** One attempt at a call that may say EAGAIN: takes its lane, and gives it back when the call is over. */
  attempt<T>(call: Call, run: Run<T | Again>): T | Again {
    const result = this.#attempt(call, run)
    const { current } = this.driver
    const { lane, key } = call
    if (current) current.source = current.calls++ === 0 ? call.source : undefined
    if (result === LIBSSH2_ERROR_EAGAIN) {
      this.driver.blocked()
      if (current) current.midway = lane && (() => lane.heldBy(key))
    }
    return result
  }

  #attempt<T>({ lane, key, local }: Call, run: Run<T | Again>): T | Again {
    const { session } = this
    if (!local && this.failure) throw this.failure
    if (lane && !lane.admits(key)) return LIBSSH2_ERROR_EAGAIN
    let again = false
    try {
      const result = this.instance.call((c) => run(c, session))
      const end = result === LIBSSH2_ERROR_EAGAIN ? this.#checkEnd() : undefined
      if (end) throw end
      again = result === LIBSSH2_ERROR_EAGAIN
      return result
    } finally {
      if (again) lane?.hold(key)
      else if (lane?.release(key)) this.driver.release()
      this.driver.afterDirectCall()
    }
  }

  #raise(errno: number): never {
    throw this.#error(errno)
  }

  /** The error for `errno`, with libssh2's message if its last error is this one. Ends the session where nothing can follow. */
  #error(errno: number): SSHError {
    if (FATAL.has(errno) && this.#failure) return this.#failure
    const mismatch = errno === LIBSSH2_ERROR_KEX_FAILURE ? this.#negotiation?.mismatch() : undefined
    const error = libssh2Error(errno, mismatch ?? this.#outOfMemory(errno) ?? this.#withWords(this.lastErrorMessage(errno)))
    return FATAL.has(errno) ? this.fail(error) : error
  }

  /** With what the server said in place of its identification, where that is why nothing follows. */
  #withWords(message = ''): string {
    const said = this.#negotiation?.said()
    return said === undefined ? message : `${message}${message && '; '}the server said: "${said}"`
  }

  #outOfMemory(errno: number): string | undefined {
    const refused = errno === LIBSSH2_ERROR_ALLOC && this.plain((c, session) => c._glue_session_refused(session))
    return refused ? `the session's memory limit of ${this.#memoryLimit} bytes is reached` : undefined
  }

  lastErrorMessage(errno: number): string | undefined {
    using scope = this.heap.scope()
    const message = scope.out()
    const length = scope.out()
    const last = this.plain((c, session) => c._libssh2_session_last_error(session, message, length, 0))
    return last === errno ? this.heap.text(this.heap.u32(message) as never, this.heap.u32(length)) : undefined
  }

  /** Ends the C session at once, without a word to the server. Idempotent. */
  free(): void {
    if (this.handle.freed) return
    const { pointer } = this.handle
    this.handle.drop()
    this.fail(new DisconnectError('the session has been freed', { code: 'ERR_HANDLE_FREED' }))
    this.instance.unregister(this.#id)
    this.wire.abort()
    if (!this.instance.failure) this.instance.call((c) => c._glue_session_free(pointer))
    this.driver.wake()
  }
}

/** With what the transport says: a gateway's refusal, a socket's error. */
function whyFailed(cause: unknown): string {
  return cause instanceof Error && cause.message ? `the transport failed: ${cause.message}` : 'the transport failed'
}
