import type { Session } from '../bindings/session/session.ts'
import { closeTransport } from '../core/transport.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { bindForwarded } from '../keys/agent/session-bind.ts'
import type { Transport } from '../runtime/transport.ts'

/**
 * A stream to the agent, which knows that it is forwarded to this session's server before the first byte from there: otherwise it would take who asks for a
 * local user. An agent that hangs up when it is told so is too old to make a difference, and is asked without.
 */
export async function boundAgent(session: Session, open: () => Promise<Transport> | Transport): Promise<Transport> {
  const exchange = session.firstExchange()
  const agent = await open()
  if (!exchange) return agent
  try {
    await Promise.race([bindForwarded(agent, exchange), session.ended().then((error) => { throw error })])
    return agent
  } catch (error) {
    await closeTransport(agent)
    if (session.failure || !(error instanceof SSHError) || error.code !== 'ERR_AGENT_CLOSED') throw error
    return open()
  }
}
