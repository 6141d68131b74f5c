/// Who may have a session: checks ticket, origin, target and places, in an order that tells a stranger nothing about the list. For any runtime.
import { CloseCode } from 'libssh2-wasm/gateway-protocol'
import type { Authorize, Authorized, AuthorizeRequest } from './authorize.ts'
import { clientGroup } from './client-group.ts'
import { checkedLimits, type GatewayLimits } from './limits.ts'
import { parseOffer, type Offer } from './offer.ts'
import { Places } from './places.ts'
import { AllowList, formatTarget, parseTarget, type Target } from './targets.ts'

export interface GatewayPolicy {
  /** Decides who may connect, and as which user. */
  readonly authorize: Authorize
  /** `example.org:22`, `*.example.org:22`, `192.0.2.7:22`, `10.1.0.0/16:22`, `[fd00::/8]:22`. A rule with a name allows that name's public addresses. */
  readonly allow: readonly string[]
  /** The pages that may connect, e.g. `https://terminal.example`. By default pages of any origin with a ticket may. */
  readonly origins?: readonly string[] | undefined
  readonly limits?: Partial<GatewayLimits> | undefined
}

/** A request for a WebSocket, from any server. */
export interface GatewayRequest extends Pick<AuthorizeRequest, 'origin' | 'client' | 'peer' | 'headers' | 'certificate'> {
  /** As received, not decoded. */
  readonly path: string
  readonly signal: AbortSignal
}

export interface Refusal {
  readonly code: number
  /** For the log; the client only gets the code. */
  readonly reason: string
  readonly target: Target | undefined
  readonly user: string | undefined
}

export interface Admitted extends Authorized {
  readonly target: Target
  /** Whether the gateway may connect to this address of the target. */
  allowsAddress(address: Uint8Array): boolean
  /** The session has ended. */
  readonly release: () => void
}

export class Gate {
  readonly #places = new Places()
  #policy!: { readonly authorize: Authorize, readonly allow: AllowList, readonly origins: ReadonlySet<string> | undefined }
  limits!: GatewayLimits

  constructor(policy: GatewayPolicy) {
    this.reload(policy)
  }

  /** Admitted sessions. */
  get sessions(): number {
    return this.#places.taken
  }

  /** For new clients. @throws TypeError for an invalid policy, and keeps the current one. */
  reload({ authorize, allow, origins, limits }: GatewayPolicy): void {
    if (typeof authorize !== 'function') throw new TypeError('authorize must be a function: sharedTokens(…), tickets(…) or one of your own')
    if (!Array.isArray(allow)) throw new TypeError('allow must be a list of rules')
    const next = { authorize, allow: new AllowList(allow), origins: origins && new Set(origins.map(checkedOrigin)) }
    this.limits = checkedLimits(limits)
    this.#policy = next
  }

  /** @param place whether the session needs its own place: a client that resumes already has one */
  async decide(request: GatewayRequest, offer: Offer = parseOffer(request.headers['sec-websocket-protocol'])): Promise<Admitted | Refusal> {
    const target = parseTarget(request.path)
    const identified = await this.identify(request, offer, false)
    if ('code' in identified) return { ...identified, target: undefined }
    const { user } = identified
    const refused = (code: number, reason: string): Refusal => ({ code, reason, target, user })
    if (!this.allowsOrigin(request.origin)) return refused(CloseCode.notAllowed, 'origin not allowed')
    if (!target) return refused(CloseCode.notAllowed, 'not /tcp/HOST/PORT')
    const lists = [this.#policy.allow, ...(identified.allow ? [new AllowList(identified.allow)] : [])]
    if (!lists.every((list) => list.allows(target))) return refused(CloseCode.notAllowed, 'target not allowed')
    const { limits } = this
    const release = this.#places.take(user, clientGroup(request.client), { ...limits, sessionsPerUser: Math.min(limits.sessionsPerUser, identified.sessions ?? Infinity) })
    if (typeof release === 'string') return refused(CloseCode.limit, release)
    const [own] = lists as [AllowList]
    return { ...identified, target, release, allowsAddress: (address) => own.allowsAddress(address, target.port) }
  }

  /** Pages state their origin; other programs can claim any origin, or none. */
  allowsOrigin(origin: string | undefined): boolean {
    return origin === undefined || this.#policy.origins?.has(origin) !== false
  }

  /** Who asks. */
  async identify({ path, origin, client, peer, headers, certificate, signal }: GatewayRequest, offer: Offer, resuming: boolean): Promise<Authorized | Refusal> {
    const target = parseTarget(path)
    const refused = (code: number, reason: string): Refusal => ({ code, reason, target: undefined, user: undefined })
    if (offer.malformed) return refused(CloseCode.ticket, 'several tickets, or one that cannot be decoded')
    const limit = new AbortController()
    const stop = () => limit.abort()
    const timer = setTimeout(stop, this.limits.authorizeMs)
    signal.addEventListener('abort', stop, { once: true })
    try {
      const tooLong = new Promise<never>((_, reject) => limit.signal.addEventListener('abort', () => reject(new Error('it took too long')), { once: true }))
      const answer = await Promise.race([
        tooLong,
        (async () => this.#policy.authorize({ target: target && formatTarget(target), credentials: offer.credentials, origin, client, peer, headers, certificate, resuming, signal: limit.signal }))(),
      ])
      if ('refuse' in answer) return refused(answer.refuse, answer.text ?? 'not authorized')
      if (typeof answer.user !== 'string' || answer.user === '') throw new TypeError('authorize named no user')
      // An invalid rule is a mistake of the ticket's author: it must not widen anything.
      if (answer.allow) new AllowList(answer.allow)
      return answer
    } catch (error) {
      return refused(CloseCode.authorizeFailed, `authorize failed: ${error instanceof Error ? error.message : 'no error'}`)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }
}

function checkedOrigin(origin: string): string {
  if (origin === 'null' || (URL.canParse(origin) && new URL(origin).origin === origin)) return origin
  throw new TypeError(`not an origin: ${origin} (for example https://terminal.example, without a path)`)
}
