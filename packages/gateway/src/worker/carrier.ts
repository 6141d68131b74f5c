/// Where sessions live: each in its own Durable Object, or in the isolate that accepted them.
import { connect } from 'cloudflare:sockets'
import { CloseCode, type Resume, SUBPROTOCOL, SUBPROTOCOL_V4 } from 'libssh2-wasm/gateway-protocol'
import { logLine, logText } from '../log.ts'
import type { GatewayLimits, ResumeLimits } from '../policy/limits.ts'
import { formatTarget, type Target } from '../policy/targets.ts'
import { Budget } from '../stream/budget.ts'
import { type RefusedResume, Sessions } from '../stream/sessions.ts'
import { Session } from '../stream/session.ts'
import { WorkerClient } from './client-side.ts'
import { WorkerTarget, type WorkerSocket } from './target-side.ts'

/** Workers' own, which the DOM types lack. */
declare const WebSocketPair: new () => { 0: WebSocket, 1: WebSocket & { accept(): void } }

/** What the front Worker has decided about a new session. */
export interface Opening {
  readonly id: string
  readonly secret: Uint8Array
  readonly user: string
  readonly origin: string | undefined
  readonly client: string
  readonly target: Target
  readonly protocol: string | undefined
  /** Milliseconds, in the time of `Date.now()`. */
  readonly until: number
  readonly released?: (() => void) | undefined
}

interface Owner {
  readonly user: string
  readonly origin: string | undefined
  readonly unsent: () => number
}

const IDLE_UNSEEN = 15 * 60_000
export const framed = (protocol: string | undefined): boolean => protocol === SUBPROTOCOL || protocol === SUBPROTOCOL_V4

export class Carrier {
  readonly #limits: GatewayLimits
  readonly #resume: ResumeLimits
  readonly #budget: Budget
  readonly #sessions = new Sessions<Owner>()

  /** @param budget bytes for all sessions of this carrier @param sessions how many of them at once */
  constructor(limits: GatewayLimits, resume: ResumeLimits, budget: number, sessions: number) {
    this.#limits = limits
    this.#resume = resume
    this.#budget = new Budget(budget, sessions)
  }

  /** The response to the request for a WebSocket; also if the target cannot be reached. */
  async open(opening: Opening): Promise<Response> {
    const { id, secret, user, origin, client, target, protocol, until, released } = opening
    const refused = (code: number, reason: string) => {
      released?.()
      this.#log('refuse', opening, { code, reason })
      return refusal(code, reason, protocol)
    }
    if (!this.#budget.reserve()) return refused(CloseCode.limit, 'no memory for another session')
    const socket = connect({ hostname: formatTarget({ ...target, port: 0 }).replace(/:0$/, ''), port: target.port }, { secureTransport: 'off', allowHalfOpen: false }) as WorkerSocket
    const failure = await opened(socket, this.#limits.connectMs)
    if (failure !== undefined) {
      this.#budget.release()
      socket.close().catch(() => {})
      return refused(failure, failure === CloseCode.connectTimeout ? 'connect timeout' : 'target unreachable')
    }
    const tcp = new WorkerTarget(socket)
    const limits = this.#limits
    const session: Session = new Session(tcp, {
      id, secret, protocol, window: this.#resume.window, resumeSeconds: this.#resume.seconds, until: new Date(until), bufferBytes: limits.bufferBytes, budget: this.#budget,
      idleMs: limits.idleMs || (protocol === SUBPROTOCOL || limits.idleMs === 0 ? Infinity : IDLE_UNSEEN), later: (callback) => queueMicrotask(callback),
      events: {
        detached: (reason) => this.#log('detach', opening, { reason, bytes: { ...session.bytes } }),
        bytes: () => {},
        ended: (code, reason) => {
          this.#sessions.delete(id)
          released?.()
          this.#log('close', opening, { bytes: { ...session.bytes }, resumes: session.resumes, seconds: (Date.now() - session.created) / 1000, code, reason })
        },
      },
    })
    await this.#sessions.add(session, { user, origin, unsent: () => tcp.queued }, secret)
    this.#log('open', { user, origin, client, target, id }, {})
    const [response, side] = this.#accept(protocol, () => tcp.queued)
    side.serve(session)
    session.open(side)
    tcp.start(session)
    return response
  }

  /** Resumes a session. @param user of a new ticket, if one was presented */
  async resume(resume: Resume, protocol: string | undefined, origin: string | undefined, user: string | undefined): Promise<Response | RefusedResume> {
    const found = await this.#sessions.find(resume, origin, user)
    if ('code' in found) return found
    const { session, owner } = found
    const [response, side] = this.#accept(protocol, owner.unsent)
    side.serve(session)
    session.resume(side, resume.received)
    console.log(logText(logLine('resume', { id: resume.id, user: owner.user, client: '-', resumes: session.resumes })))
    return response
  }

  #accept(protocol: string | undefined, unsent: () => number): [Response, WorkerClient] {
    const { 0: outer, 1: inner } = new WebSocketPair()
    inner.binaryType = 'arraybuffer'
    inner.accept()
    return [switching(outer, protocol), new WorkerClient(inner, { framed: framed(protocol), bufferBytes: this.#limits.bufferBytes, messageBytes: this.#limits.messageBytes, unsent })]
  }

  #log(event: Parameters<typeof logLine>[0], { id, user, client, origin, target }: Pick<Opening, 'id' | 'user' | 'client' | 'origin' | 'target'>, more: object): void {
    console.log(logText(logLine(event, { id, user, client, origin, target: formatTarget(target), ...more })))
  }
}

async function opened(socket: WorkerSocket, most: number): Promise<number | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<number>((resolve) => { timer = setTimeout(() => resolve(CloseCode.connectTimeout), most) })
  try {
    return await Promise.race([timeout, socket.opened.then(() => undefined, () => CloseCode.unreachable)])
  } finally {
    clearTimeout(timer)
  }
}

function switching(webSocket: WebSocket, protocol: string | undefined): Response {
  return new Response(null, { status: 101, headers: protocol === undefined ? {} : { 'sec-websocket-protocol': protocol }, webSocket } as ResponseInit)
}

/** Pages cannot see a refused upgrade, so the upgrade succeeds, and the close code gives the reason. */
export function refusal(code: number, reason: string, protocol: string | undefined): Response {
  const { 0: outer, 1: inner } = new WebSocketPair()
  inner.accept()
  inner.close(code, reason)
  return switching(outer, protocol)
}
