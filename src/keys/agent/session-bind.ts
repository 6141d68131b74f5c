import { SSHError } from '../../errors/ssh-error.ts'
import type { Bytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { AgentClient } from './client.ts'
import { AgentStream, type AgentTransport } from './stream.ts'

/** What proves to an agent which session asks it (RFC 9987, OpenSSH's PROTOCOL.agent section 1). */
export interface BoundSession {
  readonly sessionId: Uint8Array
  /** The server's host key, as it sent it. */
  readonly hostKey: Uint8Array
  /** Its signature in the first key exchange. */
  readonly signature: Uint8Array
}

export const SESSION_BIND = 'session-bind@openssh.com'
const EXTENSION = 27

/**
 * Tells an agent which session its connection is used for, before it is asked for anything: keys that may go to some hosts only are of use then, and a
 * connection that is forwarded is not taken for a local user's. Agents that do not know it refuse, which changes nothing.
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
 * The same for a connection that is forwarded to the server: says so first, and then leaves both directions to who joins them.
 * @throws SSHError if the agent hangs up, or says more than an answer
 */
export async function bindForwarded(transport: AgentTransport, session: BoundSession): Promise<void> {
  const stream = new AgentStream(transport)
  const answer = await stream.request(new WireWriter(1024).byte(EXTENSION).string(SESSION_BIND).bytes(contents(session, true)).finish())
  new WireReader(answer).byte()
  stream.release()
}

function contents({ hostKey, sessionId, signature }: BoundSession, forwarding: boolean): Bytes {
  return new WireWriter(1024).string(hostKey).string(sessionId).string(signature).boolean(forwarding).finish()
}
