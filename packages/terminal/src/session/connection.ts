import { type AuthMethod, type Client, connect, fingerprint, keyboardInteractive, password, publicKey, SSHError, type Transport } from 'libssh2-wasm'
import type { Keys } from '../keys/keys.ts'
import { address } from './address.ts'
import { hostKeyPolicy } from './host-keys.ts'
import type { Hop, Login, PageApi, Target } from './messages.ts'
import type { GatewayTransport } from 'libssh2-wasm/gateway'
import { type NetworkEvents, openTransport } from './open-transport.ts'
import { wanted } from './wanted.ts'

/** Milliseconds until the server has presented its host key; after that a user decides, without a time limit. */
const PATIENCE = 20_000
const PASSWORD_TRIES = 3
/** Milliseconds; shorter than the timeouts of gateways and NATs. */
const KEEPALIVE = 30_000

export interface Attempt {
  readonly target: Target
  readonly login: Login
  readonly knownHosts: string | null
  readonly keys: Keys
  /** The page to ask: the one that has the focus. */
  readonly page: () => PageApi
  readonly network: NetworkEvents
  readonly onBanner: (text: string) => void
  readonly signal: AbortSignal
  /** The last jump host, if it is logged in already: then the target is reached through it. */
  readonly through?: Client | undefined
}

export interface Connection {
  readonly client: Client
  /** Fingerprint of the server's host key. */
  readonly fingerprint: string
  /** `undefined` for a connection through a jump host of another one. */
  readonly gateway: GatewayTransport | undefined
  /** The jump hosts, nearest first; they end with the connection. */
  readonly hops: readonly Client[]
}

/** Connects to the target through its jump hosts, which are logged into one through another. */
export async function openConnection(attempt: Attempt): Promise<Connection> {
  const { target, signal, through } = attempt
  const path: readonly Hop[] = through ? [target] : [...target.jump ?? [], target]
  const first = path[0] as Hop
  const clients: Client[] = []
  const late = new AbortController()
  const either = AbortSignal.any([signal, late.signal])
  let shown = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const hurry = () => {
    timer = setTimeout(() => late.abort(new SSHError('the server said nothing', { code: 'ERR_CONNECT_TIMEOUT' })), PATIENCE)
  }
  try {
    hurry()
    const ticket = (request: Parameters<PageApi['ticket']>[0]) => attempt.page().ticket(request)
    let gateway: GatewayTransport | undefined
    let transport: Transport
    if (through) transport = await through.openTcp(first.host, first.port, { signal: either })
    else transport = gateway = await openTransport({ gateway: target.gateway, host: first.host, port: first.port, ticket, signal: either }, attempt.network)
    for (const [index, hop] of path.entries()) {
      clients.push(await connect({
        transport, host: hop.host, port: hop.port, username: hop.username, signal: either,
        hostKey: presented(hostKeyPolicy(attempt.page, attempt.knownHosts, () => clearTimeout(timer)), (text) => { shown = text }),
        auth: await methods(attempt, hop, index === path.length - 1),
        keepalive: { interval: KEEPALIVE },
        onBanner: attempt.onBanner,
      }))
      const next = path[index + 1]
      if (!next) break
      hurry()
      transport = await (clients.at(-1) as Client).openTcp(next.host, next.port, { signal: either })
    }
    const client = clients.pop() as Client
    return { client, gateway, fingerprint: shown, hops: clients }
  } catch (error) {
    for (const client of clients.reverse()) await client.close().catch(() => {})
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function presented(policy: ReturnType<typeof hostKeyPolicy>, tell: (fingerprint: string) => void): ReturnType<typeof hostKeyPolicy> {
  return {
    ...policy,
    async verify(info) {
      tell(await fingerprint(info.key))
      return policy.verify(info)
    },
  }
}

/** A password from the form is tried first, only for the target; for the rest, the server's own prompts are better than a guess. */
async function methods({ login, keys, page }: Attempt, { username, host, port }: Hop, isTarget: boolean): Promise<AuthMethod[]> {
  const who = `${username}@${address(host, port)}`
  const typed = isTarget ? login.password : ''
  const key = login.key === '' ? undefined : await keys.get(login.key)
  const interactive = keyboardInteractive(async (prompts, { name, instruction }) => {
    if (prompts.length === 0) return []
    return wanted(await page().answerPrompts(who, { name, instruction, prompts: prompts.map(({ text, echo }) => ({ text, echo })) }))
  })
  const passwords = Array.from({ length: PASSWORD_TRIES }, (_, attempt) => password(async () => {
    if (typed !== '' && attempt === 0) return typed
    return wanted(await page().askPassword(who, attempt > 0))
  }))
  return [
    ...key ? [publicKey(key.key, { certificate: key.certificate })] : [],
    ...typed === '' ? [interactive, ...passwords] : [...passwords, interactive],
  ]
}
