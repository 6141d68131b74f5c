/// The gateway on Node: npm ws in front of node:net.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { CloseCode, DATA_MAX, SUBPROTOCOL } from 'libssh2-wasm/gateway-protocol'
import { type GatewayLogLine, logLine } from '../log.ts'
import { Metrics } from '../metrics.ts'
import { parseAddress } from '../policy/address.ts'
import type { Authorized } from '../policy/authorize.ts'
import { clientGroup } from '../policy/client-group.ts'
import { type Admitted, Gate, type GatewayPolicy, type GatewayRequest } from '../policy/gate.ts'
import { checkedResume } from '../policy/limits.ts'
import { type Offer, parseOffer } from '../policy/offer.ts'
import { Rate } from '../policy/rates.ts'
import { formatTarget, parseTarget, type Target } from '../policy/targets.ts'
import { Budget } from '../stream/budget.ts'
import { newIdentity, Sessions } from '../stream/sessions.ts'
import { Session } from '../stream/session.ts'
import { TrustedProxies } from './client-address.ts'
import { WsClient } from './client-side.ts'
import { AddressNotAllowed, dial, resolveBySystem } from './dial.ts'
import { listen, type Listening } from './listen.ts'
import { nasshPath, nasshRequest } from './nassh.ts'
import type { Gateway, GatewayOptions } from './options.ts'
import { proxyHeaderV2 } from './proxy-protocol.ts'
import { gatewayRequest, rawSocket } from './request.ts'
import { Strangers } from './strangers.ts'
import { TcpTarget } from './target-side.ts'

interface Owner {
  readonly user: string
  readonly origin: string | undefined
  client: string
  readonly target: string
  readonly address: string | undefined
}

/** Milliseconds that clients have to answer the closing handshake when the gateway ends. */
const CLOSE_GRACE = 1000
/** Milliseconds between checks of the event loop. */
const LAG_LOOK = 500
const IDLE_UNSEEN = 15 * 60_000

/** Starts a gateway. @throws TypeError for invalid options, or the system's error if it cannot listen. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = new GatewayServer(options)
  await server.listen()
  return server
}

class GatewayServer implements Gateway {
  readonly #options: GatewayOptions
  readonly #gate: Gate
  readonly #resume
  readonly #proxies: TrustedProxies
  readonly #budget: Budget
  readonly #sessions = new Sessions<Owner>()
  readonly #metrics = new Metrics()
  readonly #strangers: Strangers
  readonly #refusals: Rate
  readonly #wrongResumes: Rate
  readonly #webSockets: WebSocketServer
  readonly #log: (line: GatewayLogLine) => void
  readonly #dialling = new Set<AbortController>()
  readonly #lagTimer: ReturnType<typeof setInterval>
  #lag = 0
  #listening!: Listening
  #own: { readonly url: string, close(): Promise<void> } | undefined
  #draining = false
  #emptied = () => {}
  #closing: Promise<void> | undefined

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#gate = new Gate(options)
    this.#resume = checkedResume(options.resume)
    this.#proxies = new TrustedProxies(options.behindProxy ?? [])
    this.#budget = new Budget(this.#resume.budget, this.#gate.limits.sessions)
    this.#strangers = new Strangers(() => this.#gate.limits)
    this.#refusals = new Rate(() => this.#gate.limits.refusalsPerSecond, 1000)
    this.#wrongResumes = new Rate(() => this.#gate.limits.wrongResumesPerMinute, 60_000)
    this.#log = options.log ?? (() => {})
    this.#webSockets = new WebSocketServer({
      noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: Math.max(this.#gate.limits.messageBytes, DATA_MAX + 6),
      handleProtocols: (offered) => parseOffer([...offered].join(',')).protocol ?? false,
    })
    let due = performance.now() + LAG_LOOK
    this.#lagTimer = setInterval(() => {
      const now = performance.now()
      this.#lag = Math.max(0, now - due) / 1000
      due = now + LAG_LOOK
    }, LAG_LOOK)
    this.#lagTimer.unref()
  }

  async listen(): Promise<void> {
    const { listen: where = {}, metrics } = this.#options
    try {
      this.#listening = await listen(where, this.#gate.limits, this.#proxies, {
        request: (request, response) => this.#request(request, response, false),
        upgrade: (request, socket, head) => {
          socket.on('error', () => socket.destroy())
          this.#upgrade(request, socket, head).catch(() => socket.destroy())
        },
        accepted: (socket, client) => {
          // A proxy has sockets of many clients; its requests say whose they are.
          if (client !== undefined && !this.#proxies.trusts(client)) this.#strangers.add(socket, clientGroup(client), () => socket.bytesRead)
        },
      })
      if (metrics) this.#own = await this.#listenForMetrics(metrics)
    } catch (error) {
      clearInterval(this.#lagTimer)
      await this.#listening?.close()
      throw error
    }
  }

  get url(): string {
    return this.#listening.url
  }

  get metricsUrl(): string | undefined {
    return this.#own?.url
  }

  async #listenForMetrics({ host = '127.0.0.1', port }: { readonly host?: string | undefined, readonly port: number }): Promise<{ readonly url: string, close(): Promise<void> }> {
    const server = createServer((request, response) => this.#request(request, response, true))
    await new Promise<void>((listening, failed) => server.once('error', failed).listen(port, host, listening))
    const { address, family, port: bound } = server.address() as AddressInfo
    return {
      url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
      close: () => new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
    }
  }

  #request(request: IncomingMessage, response: ServerResponse, own: boolean): void {
    const answer = (status: number, text: string, headers = {}) => void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close', ...headers }).end(text)
    const path = request.url?.replace(/\?.*/, '')
    if (path === '/healthz') return answer(200, 'ok\n')
    if (path === '/readyz') return this.#draining ? answer(503, 'draining\n') : answer(200, 'ok\n')
    if (own && path === '/metrics') return answer(200, this.#metricsText(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    if (own) return answer(404, 'not found\n')
    const nassh = this.#options.nassh && nasshRequest(request.url ?? '', request.headers)
    if (nassh) return void response.writeHead(nassh.status, nassh.headers).end(nassh.body)
    answer(426, 'this is a gateway: it speaks WebSocket\n', { upgrade: 'websocket' })
  }

  #metricsText(): string {
    let [attached, detached, kept] = [0, 0, 0]
    for (const { session } of this.#sessions) {
      if (session.attached) attached++
      else detached++
      kept += session.kept
    }
    return this.#metrics.text({ attached, detached, kept, budgetUsed: this.#budget.used, budget: this.#budget.total, strangers: this.#strangers.size, strangersCut: this.#strangers.cut, lag: this.#lag })
  }

  async #upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const gone = new AbortController()
    socket.once('close', () => gone.abort())
    const request = gatewayRequest(message, this.#proxies, gone.signal)
    const nassh = this.#options.nassh ? nasshPath(request.path) : undefined
    const offer = nassh?.resume ? { ...parseOffer(request.headers['sec-websocket-protocol']), resume: nassh.resume } : parseOffer(request.headers['sec-websocket-protocol'])
    const asked = nassh ? { ...request, path: nassh.path } : request
    // A client with a valid ticket is no stranger, however long the target takes.
    const vouched = () => this.#strangers.delete(rawSocket(message.socket) as Socket)
    const admitted = await (offer.resume ? this.#comeBack(asked, offer) : this.#come(asked, offer, vouched))
    if (socket.destroyed) return 'refused' in admitted ? undefined : admitted.abandoned()
    if ('refused' in admitted) {
      const group = clientGroup(request.client)
      this.#metrics.refuse(admitted.refused)
      // A client that is refused too often gets no reason.
      if (!this.#refusals.allows(group)) return void socket.destroy()
      this.#log(logLine('refuse', { user: admitted.user, client: request.client, origin: request.origin, target: admitted.target && formatTarget(admitted.target), code: admitted.refused, reason: admitted.reason }))
      // Pages cannot see a refused upgrade, so the upgrade succeeds, and the close code gives the reason.
      return this.#webSockets.handleUpgrade(message, socket, head, (webSocket) => new WsClient(webSocket, socket).close(admitted.refused, admitted.told ?? ''))
    }
    vouched()
    let upgraded = false
    // The handshake may still fail.
    socket.once('close', () => { if (!upgraded) admitted.abandoned() })
    this.#webSockets.handleUpgrade(message, socket, head, (webSocket) => {
      upgraded = true
      const client = new WsClient(webSocket, socket)
      admitted.serve(client)
    })
  }

  /** A new session: admits it, and connects to its target. */
  async #come(request: GatewayRequest, offer: Offer, vouched: () => void): Promise<Answer> {
    if (this.#draining) return { refused: CloseCode.draining, reason: 'draining', target: parseTarget(request.path), user: undefined }
    const decision = await this.#gate.decide(request, offer)
    if ('code' in decision) return { refused: decision.code, reason: decision.reason, target: decision.target, user: decision.user }
    vouched()
    const { target, user, release } = decision
    const refused = (code: number, reason: string, told?: string): Answer => {
      release()
      return { refused: code, reason, target, user, told }
    }
    if (this.#dialling.size >= this.#gate.limits.dials) return refused(CloseCode.limit, 'too many connections are being opened')
    if (!this.#budget.reserve()) return refused(CloseCode.limit, 'no memory for another session')
    const dialling = new AbortController()
    this.#dialling.add(dialling)
    const onGone = () => dialling.abort(new Error('the client is gone'))
    if (request.signal.aborted) onGone()
    request.signal.addEventListener('abort', onGone, { once: true })
    const since = performance.now()
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      dialling.abort(new Error('timeout'))
    }, this.#gate.limits.connectMs)
    try {
      const socket = await dial(target, (address) => decision.allowsAddress(address), this.#options.resolve ?? resolveBySystem, dialling.signal)
      this.#metrics.dial.observe((performance.now() - since) / 1000)
      if (this.#options.proxyToTargets) socket.write(proxyHeaderV2(parseAddress(request.client) ?? new Uint8Array(4), parseAddress(socket.remoteAddress ?? '') ?? new Uint8Array(4), target.port))
      return await this.#open(socket, request, offer, decision)
    } catch (error) {
      this.#budget.release()
      if (error instanceof AddressNotAllowed) return refused(CloseCode.notAllowed, 'address not allowed')
      return timedOut ? refused(CloseCode.connectTimeout, 'connect timeout', 'connect timeout') : refused(CloseCode.unreachable, 'target unreachable', 'target unreachable')
    } finally {
      clearTimeout(timer)
      request.signal.removeEventListener('abort', onGone)
      this.#dialling.delete(dialling)
    }
  }

  async #open(socket: Socket, request: GatewayRequest, { protocol }: Offer, { user, target, until, release }: Admitted): Promise<Answer> {
    const { limits } = this.#gate
    const { id, secret } = newIdentity()
    const owner: Owner = { user, origin: request.origin, client: request.client, target: formatTarget(target), address: socket.remoteAddress }
    const tcp = new TcpTarget(socket)
    const lifeEnds = new Date(Math.min(Date.now() + limits.lifeMs, until?.getTime() ?? Infinity))
    const session = new Session(tcp, {
      id, secret, protocol, window: this.#resume.window, resumeSeconds: this.#resume.seconds, until: lifeEnds, url: this.#options.nodeUrl && `${this.#options.nodeUrl.replace(/\/$/, '')}${request.path}`,
      idleMs: limits.idleMs || (protocol === SUBPROTOCOL || limits.idleMs === 0 ? Infinity : IDLE_UNSEEN), bufferBytes: limits.bufferBytes, budget: this.#budget, later: setImmediate,
      events: {
        detached: (reason) => this.#log(logLine('detach', { ...this.#who(session, owner), reason })),
        bytes: (direction, count) => { this.#metrics.bytes[direction] += count },
        ended: (code, reason) => {
          if (session.detachedAt !== undefined && code === CloseCode.gone) this.#metrics.lost++
          this.#sessions.delete(id)
          release()
          this.#log(logLine('close', { ...this.#who(session, owner), seconds: (Date.now() - session.created) / 1000, code, reason }))
          if (this.#sessions.size === 0) this.#emptied()
        },
      },
    })
    tcp.start({
      targetData: (chunk) => session.targetData(chunk),
      targetDrained: () => session.targetDrained(),
      targetEnded: (reason) => {
        if (!session.over && !session.attached) this.#metrics.endedWhileDetached++
        session.targetEnded(reason)
      },
    }, CloseCode.unreachable)
    await this.#sessions.add(session, owner, secret)
    return {
      serve: (client) => {
        if (session.over) return client.close(CloseCode.draining, 'the gateway is shutting down')
        this.#metrics.opened++
        this.#log(logLine('open', { id, user, client: owner.client, origin: owner.origin, target: owner.target, address: owner.address }))
        client.serve(session)
        session.open(client)
        tcp.resume()
      },
      abandoned: () => session.end(CloseCode.gone, 'client gone'),
    }
  }

  #who(session: Session, { user, client, origin, target, address }: Owner): Omit<GatewayLogLine, 'time' | 'event'> {
    return { id: session.id, user, client, origin, target, address, bytes: { ...session.bytes }, resumes: session.resumes }
  }

  /** A client that resumes. Nothing in the session changes before everything has been checked. */
  async #comeBack(request: GatewayRequest, offer: Offer): Promise<Answer> {
    const resume = offer.resume as NonNullable<Offer['resume']>
    const group = clientGroup(request.client)
    const refused = (code: number, reason: string, user?: string): Answer => ({ refused: code, reason, target: undefined, user })
    if (this.#wrongResumes.exhausted(group)) return refused(CloseCode.limit, 'too many wrong resumes')
    if (!this.#gate.allowsOrigin(request.origin)) return refused(CloseCode.notAllowed, 'origin not allowed')
    let who: Authorized | undefined
    if (offer.malformed) return refused(CloseCode.protocol, 'several tickets or resumption secrets, or one that cannot be decoded')
    if (this.#resume.reauthorize || offer.credentials !== undefined) {
      const answer = await this.#gate.identify(request, offer, true)
      if ('code' in answer) return refused(answer.code, answer.reason)
      who = answer
    }
    const found = await this.#sessions.find(resume, request.origin, who?.user)
    if ('code' in found) {
      if (found.guess) this.#wrongResumes.allows(group)
      return refused(found.code, found.reason, who?.user)
    }
    const { session, owner } = found
    return {
      serve: (client) => {
        // The session may have changed since: then nobody is displaced either.
        if (!session.canResume(resume.received)) return client.close(session.over ? CloseCode.gone : CloseCode.position, '')
        const away = session.detachedAt
        if (away !== undefined) this.#metrics.detached.observe((Date.now() - away) / 1000)
        this.#metrics.resumed++
        owner.client = request.client
        client.serve(session)
        session.resume(client, resume.received)
        this.#log(logLine('resume', { ...this.#who(session, owner), seconds: away === undefined ? 0 : (Date.now() - away) / 1000 }))
      },
      abandoned: () => {},
    }
  }

  sessions(): ReturnType<Gateway['sessions']> {
    return [...this.#sessions].map(({ session, owner }) => ({
      id: session.id, user: owner.user, client: owner.client, target: owner.target, state: session.attached ? 'attached' : 'detached',
      since: new Date(session.created), bytes: { ...session.bytes }, kept: session.kept, resumes: session.resumes,
    }))
  }

  revoke({ user, id }: { readonly user?: string | undefined, readonly id?: string | undefined }): number {
    if (user === undefined && id === undefined) throw new TypeError('revoke needs a user or an id')
    const meant = [...this.#sessions].filter((entry) => (user === undefined || entry.owner.user === user) && (id === undefined || entry.session.id === id))
    for (const { session } of meant) session.end(CloseCode.revoked, 'revoked')
    return meant.length
  }

  reload(policy: GatewayPolicy): void {
    this.#gate.reload(policy)
  }

  async drain(milliseconds: number): Promise<void> {
    this.#draining = true
    for (const { session } of this.#sessions) session.notice(CloseCode.draining, 'the gateway is about to restart')
    if (this.#sessions.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        this.#emptied = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    await this.close()
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close()
  }

  async #close(): Promise<void> {
    this.#draining = true
    clearInterval(this.#lagTimer)
    for (const dialling of this.#dialling) dialling.abort(new Error('the gateway is shutting down'))
    for (const { session } of [...this.#sessions]) session.end(CloseCode.draining, 'the gateway is shutting down')
    await new Promise<void>((resolve) => {
      const grace = setTimeout(resolve, CLOSE_GRACE)
      this.#webSockets.close()
      void this.#listening.close().then(() => {
        clearTimeout(grace)
        resolve()
      })
    })
    await this.#own?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

type Answer =
  | { readonly refused: number, readonly reason: string, readonly target: Target | undefined, readonly user: string | undefined, /** What the client is told besides the code. */ readonly told?: string | undefined }
  | { serve(client: WsClient): void, /** The client is gone before it was served. */ abandoned(): void }
