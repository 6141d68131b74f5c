import { connectAgent } from '#connect-tcp'
import { orAbort } from '../../abort/or-abort.ts'
import type { Session } from '../../bindings/session/session.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { AgentClient, type AgentIdentity } from '../../keys/agent/client.ts'
import { bindSession } from '../../keys/agent/session-bind.ts'
import type { AgentTransport } from '../../keys/agent/stream.ts'
import { parsePublicKey } from '../../keys/public-key.ts'
import type { AgentOptions } from './agent-options.ts'
import type { AuthContext } from './authenticate.ts'
import { goesOn } from './going-on.ts'

/** The agents that each login has asked, so that it uses the same one on the same connection when the server wants a second key. */
const asked = new WeakMap<Session, Map<unknown, Promise<Asked>>>()

interface Asked {
  readonly client: AgentClient
  readonly identities: readonly AgentIdentity[]
}

/** Implements `agent()`: offers the agent's keys that were not offered yet, preferred ones first. */
export async function agentLogin(context: AuthContext, source: AgentTransport | string | undefined, { filter = () => true, first = [], algorithms }: AgentOptions): Promise<void> {
  for (const key of first) context.preferKey(typeof key === 'string' ? parsePublicKey(key).blob : key)
  const { client, identities } = await askOnce(context, source)
  const left = identities.filter((identity) => !context.wasOffered(identity.publicKey) && filter(identity))
  const rank = ({ publicKey }: AgentIdentity) => context.isPreferred(publicKey) ? 0 : 1
  let last: unknown = new SSHError('the agent has no key to offer', { code: 'ERR_AGENT_EMPTY' })
  for (const identity of left.sort((a, b) => rank(a) - rank(b))) {
    try {
      return await context.offerKey(identity, algorithms)
    } catch (error) {
      last = error
      // A person may decline to sign with one key and agree to the next; if the agent has gone there is no next one.
      if (client.closed || !goesOn(context, error)) break
    }
  }
  throw last
}

function askOnce(context: AuthContext, source: AgentTransport | string | undefined): Promise<Asked> {
  const agents = asked.get(context.session) ?? new Map<unknown, Promise<Asked>>()
  asked.set(context.session, agents)
  const known = agents.get(source)
  if (known) return known
  const answer = ask(context, source)
  agents.set(source, answer)
  return answer
}

async function ask(context: AuthContext, source: AgentTransport | string | undefined): Promise<Asked> {
  const client = await bound(context, source)
  return { client, identities: await orAbort(client.identities(), context.signal) }
}

/** A connection that the agent knows to belong to this session. An agent that rejects session-bind is used without it. */
async function bound(context: AuthContext, source: AgentTransport | string | undefined): Promise<AgentClient> {
  const { session, signal } = context
  const connected = async () => {
    const client = new AgentClient(typeof source === 'object' ? source : await connectAgent(source, signal))
    // Does not wait for an agent that never hangs up.
    context.atEnd(() => void client.close().catch(() => undefined))
    return client
  }
  const client = await connected()
  const exchange = session.firstExchange()
  if (!exchange) return client
  try {
    await orAbort(bindSession(client, exchange), signal)
    return client
  } catch (error) {
    if (signal.aborted || typeof source === 'object') throw error
    return connected()
  }
}
