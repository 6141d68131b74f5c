import { SSHError } from '../../errors/ssh-error.ts'
import type { Bytes } from '../../wire-format/bytes.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { AgentClient } from './client.ts'
import { AgentStream, type AgentTransport } from './stream.ts'

/** Proves to an agent which session is asking (RFC 9987, OpenSSH's PROTOCOL.agent section 1). */
export interface BoundSession {
  readonly sessionId: Uint8Array
  /** The server's host key, as the server sent it. */
  readonly hostKey: Uint8Array
  /** Its signature in the first key exchange. */
  readonly signature: Uint8Array
}

export const SESSION_BIND = 'session-bind@openssh.com'
const EXTENSION = 27

/**
 * Tells an agent which session its connection is used for, before any other request. Keys that are restricted to certain hosts then work, and a
 * forwarded connection is not mistaken for a local user's. Agents without this extension refuse it, which changes nothing.
 * @throws SSHError `ERR_AGENT_CLOSED` if the agent hangs up
 */
export async function bindSession(agent: AgentClient, session: BoundSession): Promise<void> {
  try {
    await agent.extension(SESSION_BIND, contents(session, false))
  } catch (error) {
    if (!(error instanceof SSHError) || error.code === 'ERR_AGENT_CLOSED') throw error
  }
}

/**
 * The same for a connection that is forwarded to the server: binds it first, and then leaves both directions to the code that joins them.
 * @throws SSHError if the agent hangs up, or sends more than an answer
 */
export async function bindForwarded(transport: AgentTransport, session: BoundSession): Promise<void> {
  const stream = new AgentStream(transport)
  await stream.request(new WireWriter(1024).byte(EXTENSION).string(SESSION_BIND).bytes(contents(session, true)).finish())
  stream.release()
}

function contents({ hostKey, sessionId, signature }: BoundSession, forwarding: boolean): Bytes {
  return new WireWriter(1024).string(hostKey).string(sessionId).string(signature).boolean(forwarding).finish()
}
