import { Driver } from '../core/driver.ts'
import { Lane, Step } from '../core/lane.ts'
import type { Again } from '../core/operation.ts'
import type { BytePort } from '../runtime/transport.ts'
import { Wire } from '../core/wire.ts'
import { libssh2Error } from '../errors/libssh2-error.ts'
import { DisconnectError, SSHError } from '../errors/ssh-error.ts'
import {
  LIBSSH2_ERROR_ALLOC, LIBSSH2_ERROR_DECRYPT, LIBSSH2_ERROR_EAGAIN, LIBSSH2_ERROR_INVALID_MAC, LIBSSH2_ERROR_KEX_FAILURE,
  LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE, LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_SEND,
} from '../ffi/constants.gen.ts'
import { HOST_PENDING } from '../ffi/host.gen.ts'
import type { Bytes, Pointer, SessionPointer } from '../ffi/exports.gen.ts'
import { Handle } from '../ffi/handle.ts'
import type { Heap, HeapScope } from '../ffi/heap.ts'
import type { SessionHost } from '../ffi/host.ts'
import type { Instance } from '../ffi/instance.ts'
import type { WasmExports } from '../ffi/exports.gen.ts'
import type * as ParcelRoom from '../parcels/index.ts'
import { flag, int } from './arguments.ts'
import type { Negotiation } from './session/negotiation.ts'
import { markSources } from './sources.ts'

export type { Again } from '../core/operation.ts'
/** A call of C on the session, or on an object of it. */
export type Run<T, P extends Pointer = SessionPointer> = (c: WasmExports, pointer: P) => T

/** After these errors nothing more can be read from the transport, so the session is over. */
const FATAL = new Set<number>([
  LIBSSH2_ERROR_INVALID_MAC, LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE,
  LIBSSH2_ERROR_ALLOC, LIBSSH2_ERROR_DECRYPT, LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV,
])

/** How a call of C is made. */
export interface Way {
  /** Laws 4 to 6: the lane that it waits for. */
  readonly lane?: Lane | undefined
  /** The function and its arguments, for a call that has a lane or must not be made twice: an attempt with the same ones continues the call that returned EAGAIN. */
  readonly call?: readonly unknown[]
  /** The step of that call, if the caller has asked for it. */
  readonly step?: Step
  /** The same for a call that keeps nothing from attempt to attempt: the object it is made on, and the call. `wait()` recognizes its caller by it. */
  readonly name?: readonly [on: unknown, ...call: unknown[]]
  /** It is only a part of that call, whose caller says when it is over. */
  readonly isPart?: boolean
  /** Identical calls return different results, so a result is not returned again. */
  readonly takes?: boolean
  /** The number of the channel that it looks at, if it only waits for packets of that channel. */
  readonly source?: number | undefined
  /** It only looks at data that has arrived, so it also works after the session has ended. */
  readonly local?: boolean
}

/** Checks the arguments and puts them into the call's own memory. The function that it returns calls C, and only C can fail then. */
export type Prepare<R> = (scope: HeapScope) => Run<R>

/** The key of a session's context, which is for the client and not for callers. */
export const CONTEXT: unique symbol = Symbol('context')

/** The way of every binding into C for one session: lanes, return codes, errors, and the error that ended the session. */
export class SessionContext {
  readonly instance: Instance
  readonly heap: Heap
  readonly wire: Wire
  readonly parcels: ParcelRoom.Parcels
  readonly outgoing: ParcelRoom.Outgoing
  readonly driver: Driver
  readonly handle: Handle<SessionPointer>
  /** Laws 4 and 5: for everything that waits for a reply of the server that only its order identifies. */
  readonly lane = new Lane()
  /** Channels that this side has closed and the peer has not: a server with a limit still counts them. */
  readonly unansweredCloses = new Set<object>()
  /** When the peer last answered a close of ours, in the time of `performance.now()`. */
  closedAt = -Infinity
  readonly #id: number
  readonly #memoryLimit: number
  #failure: SSHError | undefined
  #serviced = false
  #running: Step | undefined
  /** Kept until the keys are agreed. */
  #negotiation: Negotiation | undefined

  /** @param parcelRoom `src/parcels`, which loads with the first session. */
  constructor(instance: Instance, port: BytePort, memoryLimit: number, parcelRoom: typeof ParcelRoom, negotiation: Negotiation, host: Omit<SessionHost, 'recv' | 'send' | 'parcels' | 'outgoing' | 'slice' | 'markReady' | 'trapped'>) {
    this.instance = instance
    this.#memoryLimit = memoryLimit
    this.#negotiation = negotiation
    this.heap = instance.heap
    this.ended = new Promise((resolve) => { this.#resolveEnded = resolve })
    let arrived = 0 as Bytes
    this.wire = new Wire(port, () => {
      // RECV does not ask again before it is told.
      if (!this.handle.freed) this.heap.setU32(arrived, 1)
      this.driver.arrived()
    })
    this.driver = new Driver(this.wire, () => this.#service())
    this.parcels = new parcelRoom.Parcels(this.wire, instance)
    this.outgoing = new parcelRoom.Outgoing(this.wire, instance)
    this.#id = instance.register({
      ...host,
      parcels: this.parcels,
      outgoing: this.outgoing,
      trapped: () => {
        this.parcels.clear()
        this.outgoing.clear()
        queueMicrotask(() => this.end(instance.failure as SSHError))
      },
      slice: () => this.driver.slice(),
      markReady: (channel, type) => markSources(this.driver, channel, type),
      recv: (target, length) => {
        if (this.parcels.waits()) return HOST_PENDING
        const bytes = this.heap.view(target, length)
        const count = this.wire.recv(bytes)
        if (count > 0) this.#negotiation?.received.add(bytes.subarray(0, count))
        return count
      },
      send: (data) => {
        this.#negotiation?.sent.add(data)
        return this.wire.send(data)
      },
    })
    const pointer = instance.call((c) => c.glue_session_new(this.#id, memoryLimit))
    if (pointer === 0) {
      instance.unregister(this.#id)
      throw libssh2Error(LIBSSH2_ERROR_ALLOC)
    }
    this.handle = new Handle('session', pointer)
    arrived = instance.call((c) => c.glue_session_arrived(pointer))
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
      this.driver.releaseAll()
    }
    return this.#failure
  }

  /** Ends the session for a reason of this side: everything pending rejects with it. */
  end(error: SSHError): void {
    this.fail(error)
    this.wire.abort()
    this.driver.wake()
  }

  /** From the end of the handshake on, packets are processed even if nobody waits (law 8). */
  serviceFromNowOn(): void {
    this.#serviced = true
    this.#negotiation = undefined
  }

  /** Makes C report `LIBSSH2_CALLBACK_*`, or stop reporting it. */
  listen(callback: number, on: boolean): void {
    const [kind, wanted] = [int(callback, 'callback'), flag(on, 'on')]
    this.plain((c, session) => c.glue_session_listen(session, kind, wanted))
  }

  #service(): void {
    if (!this.#serviced || this.handle.freed || this.failure) return
    try {
      const rc = this.plain((c, session) => c.glue_session_service(session))
      if (rc < 0 && rc !== LIBSSH2_ERROR_EAGAIN) this.fail(this.#error(rc))
      else this.#checkEnd()
    } catch (error) {
      this.fail(error as SSHError)
    }
  }

  /** The transport has ended and C has all bytes: a call that still returns EAGAIN will never return anything else. */
  #checkEnd(): SSHError | undefined {
    const { ended } = this.wire
    if (!this.failure && ended && this.wire.chunks.length === 0) {
      // A gateway's error says more than that a socket failed.
      if (ended.error instanceof SSHError && ended.error.code.startsWith('ERR_GATEWAY')) return this.fail(ended.error)
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

  /**
   * Calls C for a code, and throws negative ones except EAGAIN. Arguments are checked and encoded before C is entered.
   * @param read makes the result from the code and from what C has written. @returns that, or EAGAIN.
   */
  perform(way: Way, prepare: Prepare<number>): number
  perform<T>(way: Way, prepare: Prepare<number>, read: (rc: number) => T): T | Again
  perform<T>(way: Way, prepare: Prepare<number>, read?: (rc: number) => T): T | number {
    return this.#perform(way, prepare, this.#codeOf, read as (rc: number) => T)
  }

  /** Like `perform`, for a pointer: NULL is EAGAIN or thrown, as the last error says. */
  performForPointer<P extends Pointer, T>(way: Way, prepare: Prepare<P>, read: (pointer: P) => T): T | Again {
    return this.#perform(way, prepare, this.#pointerOf as (pointer: P) => P | Again, read)
  }

  /** Like `perform`, for calls whose arguments are numbers. @param pointer for a call on an object of the session */
  call<P extends Pointer = SessionPointer>(way: Way, run: Run<number, P>, pointer?: P): number {
    return this.#perform(way, undefined, this.#codeOf, undefined, run, pointer)
  }

  /** One attempt at a call that is not C's, and that returns EAGAIN. */
  pending(way: Pick<Way, 'step' | 'name'>): Again {
    this.driver.current?.calls()
    if (this.failure) throw this.failure
    const end = this.#checkEnd()
    if (end) throw end
    this.driver.afterDirectCall()
    return this.#again(way.step, way.name)
  }

  /** Calls C for something that neither waits nor fails. @param pointer for a call on an object of the session */
  plain<T, P extends Pointer = SessionPointer>(run: Run<T, P>, pointer?: P): T {
    return this.instance.call(run, pointer ?? this.session as Pointer as P)
  }

  /** A call that frees something of C. A trap in it, or before it, is no obstacle: it has told the sessions of the instance, and C's memory is gone. */
  release(run: (c: WasmExports) => void): void {
    try {
      this.instance.call(run)
    } catch {
      // Whoever disposes of an object must see the error of the work itself.
    }
  }

  /** The step of a call: of the operation that is being attempted, or of a caller outside the driver that comes again. */
  step(lane: Lane | undefined, call: readonly unknown[]): Step {
    const begun = lane?.begun(call)
    return this.driver.current?.step(lane, call, begun) ?? begun ?? new Step(lane, call)
  }

  /** The step that C is called for now, to which C's callbacks belong. */
  get running(): Step | undefined {
    return this.#running
  }

  #perform<R, T, P extends Pointer>(way: Way, prepare: Prepare<R> | undefined, checked: (result: R) => R | Again, read?: (result: R) => T, run?: Run<R, P>, pointer?: P): T | Again {
    const step = way.step ?? (way.call && this.step(way.lane, way.call))
    if (step?.outcome) return step.recall()
    if (!prepare) return this.#attempt(way, step, run as Run<R, P>, checked, read, pointer)
    return this.heap.scoped((scope) => {
      const result = this.#attempt(way, step, this.#prepared(step, prepare, scope), checked, read)
      if (step && result === LIBSSH2_ERROR_EAGAIN) step.resume ??= () => this.#perform({ ...way, step }, prepare, checked, read)
      return result
    })
  }

  #prepared<R>(step: Step | undefined, prepare: Prepare<R>, scope: HeapScope): Run<R> {
    try {
      return prepare(scope)
    } catch (reason) {
      // The object of the call is gone, and with it the call that libssh2 was in the middle of.
      if (step && reason instanceof SSHError && reason.code === 'ERR_HANDLE_FREED') this.#over(step, reason)
      throw reason
    }
  }

  /** One attempt at a call that may return EAGAIN: takes its lane, and releases it when the call is over. */
  #attempt<R, T, P extends Pointer>({ lane, local, source, takes, isPart, name }: Way, step: Step | undefined, run: Run<R, P>, checked: (result: R) => R | Again, read?: (result: R) => T, on?: P): T | Again {
    const { current } = this.driver
    current?.calls()
    if (!local && this.failure) throw this.#over(step, this.failure)
    const pointer = on ?? this.session as Pointer as P
    if (lane && step && !lane.admits(step)) return this.#again(step, name)
    let again = false
    try {
      if (step) lane?.hold(step)
      this.#running = step
      const result = checked(this.instance.call(run, pointer))
      again = result === LIBSSH2_ERROR_EAGAIN
      if (again) {
        const end = this.#checkEnd()
        again = end === undefined
        if (end) throw end
        current?.waitsFor(source)
        return this.#again(step, name)
      }
      const value = (read ? read(result as R) : result) as T
      if (current && step && !isPart) {
        if (takes) current.forget(step)
        else step.outcome = { value }
      }
      return value
    } catch (reason) {
      throw this.#over(step, reason)
    } finally {
      this.#running = undefined
      if (!again) this.#settled(step, name, lane)
      this.driver.afterDirectCall()
    }
  }

  /** A call has failed: the next attempt gets the same error, and the lane is free. */
  #over<E>(step: Step | undefined, reason: E): E {
    if (!step) return reason
    step.outcome = { error: { reason } }
    if (step.lane?.release(step)) this.driver.release()
    return reason
  }

  #again(step: Step | undefined, name: Way['name']): Again {
    if (step) this.driver.blocked(step.lane, step.call)
    else if (name) this.driver.blocked(name[0], name)
    return LIBSSH2_ERROR_EAGAIN
  }

  /** A call is over: its lane is free, and its caller no longer waits. */
  #settled(step: Step | undefined, name: Way['name'], lane: Lane | undefined): void {
    if (step) this.driver.over(step.lane, step.call)
    else if (name) this.driver.over(name[0], name)
    if (step && lane?.release(step)) this.driver.release()
  }

  readonly #codeOf = (rc: number): number => rc < 0 && rc !== LIBSSH2_ERROR_EAGAIN ? this.#raise(rc) : rc

  readonly #pointerOf = (pointer: Pointer): Pointer | Again => this.orLastError(pointer)

  /** NULL stands for the last error: returns EAGAIN, throws others. */
  orLastError<P extends Pointer>(pointer: P): P | Again {
    if (pointer !== 0) return pointer
    const errno = this.plain((c, session) => c.libssh2_session_last_errno(session))
    return errno === LIBSSH2_ERROR_EAGAIN ? errno : this.#raise(errno)
  }

  #raise(errno: number): never {
    throw this.#error(errno)
  }

  /** The error for `errno`, with libssh2's message if its last error is this one. Ends the session if nothing can follow. */
  #error(errno: number): SSHError {
    if (FATAL.has(errno) && this.#failure) return this.#failure
    const mismatch = errno === LIBSSH2_ERROR_KEX_FAILURE ? this.#negotiation?.mismatch() : undefined
    const error = libssh2Error(errno, mismatch ?? this.#outOfMemory(errno) ?? this.#withWords(this.lastErrorMessage(errno)))
    return FATAL.has(errno) ? this.fail(error) : error
  }

  /** Adds the text that the server sent instead of its identification, if that explains the failure. */
  #withWords(message = ''): string {
    const said = this.#negotiation?.said()
    return said === undefined ? message : `${message}${message && '; '}the server said: "${said}"`
  }

  #outOfMemory(errno: number): string | undefined {
    const refused = errno === LIBSSH2_ERROR_ALLOC && this.plain((c, session) => c.glue_session_refused(session))
    return refused ? `the session's memory limit of ${this.#memoryLimit} bytes is reached` : undefined
  }

  lastErrorMessage(errno: number): string | undefined {
    return this.heap.scoped((scope) => {
      const message = scope.out()
      const length = scope.out()
      const last = this.plain((c, session) => c.libssh2_session_last_error(session, message, length, 0))
      return last === errno ? this.heap.text(this.heap.u32(message) as never, this.heap.u32(length)) : undefined
    })
  }

  /** Ends the C session at once, without notifying the server. Idempotent. */
  free(): void {
    if (this.handle.freed) return
    const { pointer } = this.handle
    this.handle.drop()
    if (!this.#failure) this.fail(new DisconnectError('the session has been freed', { code: 'ERR_HANDLE_FREED' }))
    this.instance.unregister(this.#id)
    this.wire.abort()
    this.release((c) => c.glue_session_free(pointer))
    this.parcels.clear()
    this.outgoing.clear()
    this.driver.wake()
  }
}

/** Adds the transport's explanation: a gateway's refusal, a socket's error. */
function whyFailed(cause: unknown): string {
  return cause instanceof Error && cause.message ? `the transport failed: ${cause.message}` : 'the transport failed'
}
