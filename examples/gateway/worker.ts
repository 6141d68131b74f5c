/// The gateway as a Cloudflare Worker: WebSocketPair in front of cloudflare:sockets. Configuration and token come from bindings.
import { connect } from 'cloudflare:sockets'
import { Admission, CloseCode, type GatewayLimits, logLine } from './admission.ts'
import { formatTarget, type Target } from './targets.ts'

export interface GatewayEnv {
  /** A secret: what clients must show. */
  readonly GATEWAY_TOKEN: string
  /** The rules of the allow-list, with spaces between. */
  readonly GATEWAY_ALLOW: string
  /** Origins, with spaces between. Default: any. */
  readonly GATEWAY_ORIGINS?: string
  /** Some of GatewayLimits, as JSON. `connections` and `connectionsPerClient` are counted in each isolate. */
  readonly GATEWAY_LIMITS?: string
  /** A rate-limiting binding, which counts everywhere: asked with the client's address before anything else. */
  readonly GATEWAY_RATE?: { limit(key: { key: string }): Promise<{ success: boolean }> }
}

/** Workers' own, which the DOM's types do not have. */
declare const WebSocketPair: new () => { 0: WebSocket, 1: WebSocket & { accept(): void } }

/** One for each isolate; another configuration is another deployment, with isolates of its own. */
let admission: Admission | undefined

function configured({ GATEWAY_TOKEN, GATEWAY_ALLOW, GATEWAY_ORIGINS, GATEWAY_LIMITS }: GatewayEnv): Admission {
  return admission ??= new Admission({
    token: GATEWAY_TOKEN, allow: words(GATEWAY_ALLOW),
    origins: GATEWAY_ORIGINS === undefined ? undefined : words(GATEWAY_ORIGINS),
    limits: JSON.parse(GATEWAY_LIMITS ?? '{}') as Partial<GatewayLimits>,
  })
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')

export default {
  async fetch(request: Request, env: GatewayEnv): Promise<Response> {
    const gateway = configured(env)
    const header = (name: string) => request.headers.get(name) ?? undefined
    const client = header('cf-connecting-ip') ?? '-'
    const log = (...line: Parameters<typeof logLine>) => console.log(JSON.stringify(logLine(...line)))
    if (header('upgrade')?.toLowerCase() !== 'websocket') return new Response(null, { status: 426, headers: { upgrade: 'websocket' } })
    if (env.GATEWAY_RATE && !(await env.GATEWAY_RATE.limit({ key: client })).success) {
      log(client, undefined, 'too many connections of this client')
      return new Response(null, { status: 429 })
    }
    const { pathname, search } = new URL(request.url)
    const decision = await gateway.decide({ path: pathname + search, protocols: header('sec-websocket-protocol'), origin: header('origin'), client })
    if ('status' in decision) {
      log(client, decision.target, decision.reason)
      return new Response(null, { status: decision.status })
    }
    const { 0: outer, 1: inner } = new WebSocketPair()
    inner.binaryType = 'arraybuffer'
    inner.accept()
    relay(inner, decision.target, gateway.limits, (reason, counts) => {
      decision.release()
      log(client, decision.target, reason, counts)
    })
    return new Response(null, { status: 101, headers: { 'sec-websocket-protocol': 'binary' }, webSocket: outer } as ResponseInit)
  },
}

/**
 * Workers can neither pause a WebSocket nor see how much it still has to send (`bufferedAmount` is 0). SSH's own windows keep both directions small.
 * Beyond so many times `bufferBytes` a client that is faster than its target is cut off (OpenSSH's windows are 2 MB for each channel) …
 */
const UNSENT = 16
/** … and a target is not read while its client has said nothing since: one that takes data sends window adjustments (our windows grow to 16 MiB for each channel). */
const UNANSWERED = 64
/** Bytes of one read. */
const CHUNK = 64 << 10

function relay(webSocket: WebSocket, target: Target, limits: GatewayLimits, ended: (reason: string, counts: { sent: number, received: number, since: number }) => void): void {
  const counts = { sent: 0, received: 0, since: Date.now() }
  const socket = connect({ hostname: formatTarget({ ...target, port: 0 }).replace(/:0$/, ''), port: target.port }, { secureTransport: 'off', allowHalfOpen: false })
  const writer = socket.writable.getWriter()
  let waiting = 0
  /** Bytes sent to the client since it said anything, and who waits for that. */
  let unanswered = 0
  let answered = () => {}
  let active = Date.now()
  let over = false

  const end = (reason: string, code: number) => {
    if (over) return
    over = true
    clearTimeout(timer)
    answered()
    ended(reason, counts)
    webSocket.close(code, reason)
    socket.close().catch(() => {})
  }
  let timer = setTimeout(() => end('connect timeout', CloseCode.connectTimeout), limits.connectMs)
  const watchIdle = () => {
    const left = active + limits.idleMs - Date.now()
    if (left <= 0) end('idle', CloseCode.idle)
    else timer = setTimeout(watchIdle, left)
  }

  webSocket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | string>) => {
    if (over) return
    if (typeof data === 'string') return end('text frame', CloseCode.textFrame)
    if (data.byteLength > limits.frameBytes) return end('frame too large', CloseCode.frameTooLarge)
    unanswered = 0
    answered()
    waiting += data.byteLength
    if (waiting > UNSENT * limits.bufferBytes) return end('target too slow', CloseCode.limit)
    counts.sent += data.byteLength
    active = Date.now()
    writer.write(new Uint8Array(data)).then(() => { waiting -= data.byteLength }, () => end('target failed', CloseCode.unreachable))
  })
  // What the client sent before it closed goes out first.
  webSocket.addEventListener('close', () => { void writer.close().catch(() => {}).then(() => end('client closed', 1000)) })
  webSocket.addEventListener('error', () => end('client failed', 1000))

  async function toClient(): Promise<void> {
    await socket.opened
    clearTimeout(timer)
    watchIdle()
    const reader = socket.readable.getReader({ mode: 'byob' })
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(CHUNK))
      if (done || over) return end('target closed', 1000)
      counts.received += value.length
      active = Date.now()
      webSocket.send(value)
      unanswered += value.length
      if (unanswered > UNANSWERED * limits.bufferBytes) await new Promise<void>((resolve) => { answered = resolve })
    }
  }
  toClient().catch(() => end(counts.received > 0 ? 'target failed' : 'target unreachable', CloseCode.unreachable))
}
