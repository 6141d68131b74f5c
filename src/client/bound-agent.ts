import type { Session } from '../bindings/session/session.ts'
import { closeTransport } from '../core/transport.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { bindForwarded } from '../keys/agent/session-bind.ts'
import type { Transport } from '../runtime/transport.ts'

/**
 * A stream to the agent, which learns before the first forwarded byte that this session's server is on the other end. Otherwise it would take the
 * requests for those of a local user. An agent that hangs up on session-bind is too old for it to matter, and is used without.
 * @param closed resolves when nobody waits for the stream any more: the agent may never answer.
 */
export async function boundAgent(session: Session, open: () => Promise<Transport> | Transport, closed: Promise<void>): Promise<Transport> {
  const exchange = session.firstExchange()
  const agent = await open()
  if (!exchange) return agent
  try {
    await Promise.race([bindForwarded(agent, exchange), session.ended().then((error) => { throw error }), closed.then(() => { throw new Error('nobody waits for the agent') })])
    return agent
  } catch (error) {
    await closeTransport(agent)
    if (session.failure || !(error instanceof SSHError) || error.code !== 'ERR_AGENT_CLOSED') throw error
    return open()
  }
}
