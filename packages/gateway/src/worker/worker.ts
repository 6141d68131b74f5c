/// `libssh2-wasm-gateway/worker`: the gateway as a Cloudflare Worker. The Worker decides who may connect; each session lives in its own Durable Object.
import { DurableObject } from 'cloudflare:workers'
import { CloseCode } from 'libssh2-wasm/gateway-protocol'
import { logLine, logText } from '../log.ts'
import { clientGroup } from '../policy/client-group.ts'
import type { Gate, GatewayRequest } from '../policy/gate.ts'
import { type Offer, parseOffer } from '../policy/offer.ts'
import { Rate } from '../policy/rates.ts'
import { formatTarget } from '../policy/targets.ts'
import { newIdentity } from '../stream/sessions.ts'
import { Carrier, framed, type Opening, refusal } from './carrier.ts'
import { gateOf, type GatewayEnv, limitsOf, resumeOf } from './configure.ts'

export type { GatewayEnv } from './configure.ts'

/** A header from the Worker to the Durable Object. Nobody else can reach the object, and a client's header of this name is dropped. */
const INTERNAL = 'x-ssh-gateway'

/** One per isolate; another configuration is another deployment, with its own isolates. */
let configured: { readonly gate: Gate, readonly carrier: Carrier, readonly wrongResumes: Rate } | undefined

function configuration(env: GatewayEnv): NonNullable<typeof configured> {
  return configured ??= {
    gate: gateOf(env),
    carrier: new Carrier(limitsOf(env), { ...resumeOf(env), seconds: 0 }, resumeOf(env).budget, limitsOf(env).sessions),
    wrongResumes: new Rate(() => limitsOf(env).wrongResumesPerMinute, 60_000),
  }
}

/** The Worker's `fetch`. */
export async function serveGateway(request: Request, env: GatewayEnv): Promise<Response> {
  const header = (name: string) => request.headers.get(name) ?? undefined
  const client = header('cf-connecting-ip') ?? '-'
  const log = (code: number, reason: string, more = {}) => console.log(logText(logLine('refuse', { client, origin: header('origin'), code, reason, ...more })))
  if (header('upgrade')?.toLowerCase() !== 'websocket') return new Response('this is a gateway: it speaks WebSocket\n', { status: 426, headers: { upgrade: 'websocket' } })
  if (env.GATEWAY_RATE && !(await env.GATEWAY_RATE.limit({ key: clientGroup(client) })).success) {
    log(CloseCode.limit, 'too many requests from this client')
    return new Response(null, { status: 429 })
  }
  const { pathname, search } = new URL(request.url)
  const offer = parseOffer(header('sec-websocket-protocol'))
  const asked: GatewayRequest = { path: pathname + search, origin: header('origin'), client, peer: client, headers: Object.fromEntries(request.headers), signal: request.signal ?? new AbortController().signal }
  if (offer.resume) return comeBack(request, env, asked, offer, log)
  const { gate, carrier } = configuration(env)
  const decision = await gate.decide(asked, offer)
  if ('code' in decision) {
    log(decision.code, decision.reason, { user: decision.user, target: decision.target && formatTarget(decision.target) })
    return refusal(decision.code, '', offer.protocol)
  }
  const { user, target, until, release } = decision
  const opening: Opening = { ...newIdentity(), user, target, client, origin: asked.origin, protocol: offer.protocol, until: Math.min(Date.now() + gate.limits.lifeMs, until?.getTime() ?? Infinity), released: release }
  if (!env.GATEWAY_SESSIONS || !framed(offer.protocol)) return carrier.open(opening)
  // The object counts by itself from here on: an isolate cannot know when it ends.
  release()
  return toObject(env.GATEWAY_SESSIONS, opening.id, request, { open: { ...opening, secret: [...opening.secret], target: { ...target, address: target.address && [...target.address] }, released: undefined } })
}

async function comeBack(request: Request, env: GatewayEnv, asked: GatewayRequest, offer: Offer, log: (code: number, reason: string) => void): Promise<Response> {
  const { gate, wrongResumes } = configuration(env)
  const refused = (code: number, reason: string) => {
    log(code, reason)
    return refusal(code, '', offer.protocol)
  }
  const group = clientGroup(asked.client)
  if (!env.GATEWAY_SESSIONS || !offer.resume) return refused(CloseCode.gone, 'no sessions are kept here')
  if (wrongResumes.exhausted(group)) return refused(CloseCode.limit, 'too many wrong resumes')
  if (offer.malformed) return refused(CloseCode.protocol, 'several tickets or resumption secrets, or one that cannot be decoded')
  if (!gate.allowsOrigin(asked.origin)) return refused(CloseCode.notAllowed, 'origin not allowed')
  let user: string | undefined
  if (resumeOf(env).reauthorize || offer.credentials !== undefined) {
    const answer = await gate.identify(asked, offer, true)
    if ('code' in answer) return refused(answer.code, answer.reason)
    user = answer.user
  }
  const response = await toObject(env.GATEWAY_SESSIONS, offer.resume.id, request, { resume: { user, origin: asked.origin } })
  if (response.status === 101) return response
  const { code, reason, guess } = await response.json() as { code: number, reason: string, guess: boolean }
  if (guess) wrongResumes.allows(group)
  return refused(code, reason)
}

function toObject(namespace: NonNullable<GatewayEnv['GATEWAY_SESSIONS']>, id: string, request: Request, message: object): Promise<Response> {
  const headers = new Headers(request.headers)
  headers.set(INTERNAL, encodeURIComponent(JSON.stringify(message)))
  return namespace.get(namespace.idFromName(id) as never).fetch(new Request(request, { headers }))
}

/** A session that outlives its WebSockets: a Durable Object, which holds one TCP connection. */
export class GatewaySession extends DurableObject<GatewayEnv> {
  #carrier: Carrier | undefined

  async fetch(request: Request): Promise<Response> {
    const message = JSON.parse(decodeURIComponent(request.headers.get(INTERNAL) ?? '{}')) as { open?: Opening & { secret: Iterable<number>, target: { address?: Iterable<number> } }, resume?: { user?: string, origin?: string } }
    const offer = parseOffer(request.headers.get('sec-websocket-protocol') ?? undefined)
    if (message.open) {
      const { target, secret } = message.open
      const resume = resumeOf(this.env)
      // One session: its windows, and room for one more message.
      this.#carrier = new Carrier(limitsOf(this.env), resume, resume.window * 2 + (2 << 20), 1)
      return this.#carrier.open({ ...message.open, secret: Uint8Array.from(secret), target: { ...target, address: target.address && Uint8Array.from(target.address) } })
    }
    const { user, origin } = message.resume ?? {}
    const answer = await this.#carrier?.resume(offer.resume as NonNullable<typeof offer.resume>, offer.protocol, origin, user) ?? { code: CloseCode.gone, reason: 'no such session', guess: true }
    return answer instanceof Response ? answer : new Response(JSON.stringify(answer), { status: 409 })
  }
}

export default { fetch: serveGateway }
