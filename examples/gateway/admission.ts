/// Who may have a connection: target, origin, token and limits. Any runtime.
import { formatAddress, parseAddress } from './address.ts'
import { sameSecret } from './same-secret.ts'
import { AllowList, formatTarget, parseTarget, type Target } from './targets.ts'

export interface GatewayLimits {
  /** Connections at once, of everybody. */
  readonly connections: number
  /** Connections at once of one client address (of a /64 for IPv6). */
  readonly connectionsPerClient: number
  /** Milliseconds without a byte in either direction. */
  readonly idleMs: number
  /** Milliseconds to resolve the name and connect. */
  readonly connectMs: number
  /** Bytes of one frame from the client. */
  readonly frameBytes: number
  /** Bytes of one connection, in each direction, that may wait in the gateway before it stops reading. */
  readonly bufferBytes: number
}

export const DEFAULT_LIMITS: GatewayLimits = {
  connections: 200, connectionsPerClient: 20, idleMs: 15 * 60_000, connectMs: 10_000, frameBytes: 1 << 20, bufferBytes: 1 << 20,
}

/** Close codes of the WebSocket; 1000 is the end of the TCP connection. */
export const CloseCode = { notAllowed: 4403, idle: 4408, limit: 4429, unreachable: 4502, connectTimeout: 4504, shutdown: 1001, textFrame: 1003, frameTooLarge: 1009 } as const

export interface GatewayPolicy {
  /** What clients must show; at least 16 characters. */
  readonly token: string
  readonly allow: readonly string[]
  /** The pages that may connect, e.g. `https://terminal.example`. Without it, pages of any origin with the token may. */
  readonly origins?: readonly string[] | undefined
  readonly limits?: Partial<GatewayLimits> | undefined
}

export interface GatewayRequest {
  /** As it came, not decoded. */
  readonly path: string
  /** Sec-WebSocket-Protocol. */
  readonly protocols: string | undefined
  readonly origin: string | undefined
  /** The client's IP address. */
  readonly client: string
}

export type Decision =
  | { readonly status: 401 | 403 | 404 | 429, readonly reason: string, readonly target: Target | undefined }
  | { readonly target: Target, /** The connection has ended. */ readonly release: () => void }

/** One line of the log. Content, tokens and other parts of a request are never in it. */
export interface GatewayLogLine {
  readonly time: string
  readonly client: string
  readonly target: string
  /** Bytes from the client, and to it. */
  readonly sent: number
  readonly received: number
  readonly durationMs: number
  readonly reason: string
}

export class Admission {
  readonly limits: GatewayLimits
  readonly allow: AllowList
  readonly #token: string
  readonly #origins: ReadonlySet<string> | undefined
  readonly #clients = new Map<string, number>()
  #connections = 0

  constructor({ token, allow, origins, limits }: GatewayPolicy) {
    if (token.length < 16) throw new TypeError('the token of a gateway needs at least 16 characters')
    this.limits = { ...DEFAULT_LIMITS, ...limits }
    this.allow = new AllowList(allow)
    this.#token = `token.${base64url(token)}`
    this.#origins = origins && new Set(origins)
  }

  /** The order tells a stranger nothing about the list. */
  async decide({ path, protocols = '', origin, client }: GatewayRequest): Promise<Decision> {
    const target = parseTarget(path)
    const offered = protocols.split(',').map((protocol) => protocol.trim())
    // Several tokens would be several guesses.
    const tokens = offered.filter((protocol) => protocol.startsWith('token.'))
    const known = tokens.length === 1 && await sameSecret(tokens[0] as string, this.#token)
    if (!known) return { status: 401, reason: tokens.length === 0 ? 'no token' : 'wrong token', target: undefined }
    if (origin !== undefined && this.#origins?.has(origin) === false) return { status: 403, reason: 'origin not allowed', target }
    if (!target) return { status: 404, reason: 'not /tcp/HOST/PORT', target }
    if (!this.allow.allows(target)) return { status: 403, reason: 'target not allowed', target }
    return this.#admit(target, clientGroup(client))
  }

  #admit(target: Target, group: string): Decision {
    const ofClient = this.#clients.get(group) ?? 0
    if (this.#connections >= this.limits.connections) return { status: 429, reason: 'too many connections', target }
    if (ofClient >= this.limits.connectionsPerClient) return { status: 429, reason: 'too many connections of this client', target }
    this.#connections++
    this.#clients.set(group, ofClient + 1)
    let held = true
    return { target, release: () => {
      if (!held) return
      held = false
      this.#connections--
      const left = (this.#clients.get(group) as number) - 1
      if (left === 0) this.#clients.delete(group)
      else this.#clients.set(group, left)
    } }
  }
}

export function logLine(client: string, target: Target | undefined, reason: string, { sent = 0, received = 0, since = Date.now() } = {}): GatewayLogLine {
  const now = Date.now()
  return { time: new Date(now).toISOString(), client, target: target ? formatTarget(target) : '-', sent, received, durationMs: now - since, reason }
}

/** Whoever has an IPv6 network has 2^64 addresses. */
function clientGroup(client: string): string {
  const address = parseAddress(client)
  if (!address) return client
  return address.length === 16 ? formatAddress(address.fill(0, 8)) : formatAddress(address)
}

function base64url(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
