import { connectAgent } from '#connect-tcp'
import { AuthenticationError, SSHError } from '../../errors/ssh-error.ts'
import type { AgentTransport } from '../../keys/agent/stream.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import type { AuthMethod } from './authenticate.ts'
import { authenticateWith } from './public-key.ts'

export interface AgentOptions {
  /** Only keys for which this is true are offered; servers count each one as an attempt. */
  readonly filter?: ((identity: Signer) => boolean) | undefined
}

/**
 * Authenticates with the keys of an SSH agent, in its order.
 * @param source a stream to an agent, or the path of its socket; on Node, Deno and Bun the default is SSH_AUTH_SOCK.
 * @throws SSHError `ERR_AGENT_CLOSED`, `ERR_AGENT_PROTOCOL`, or the error of the connection.
 */
export function agent(source?: AgentTransport | string, { filter = () => true }: AgentOptions = {}): AuthMethod {
  return {
    method: 'publickey',
    async authenticate(context) {
      const { session, signal } = context
      const { AgentClient } = await import('../../keys/agent/client.ts')
      const transport = typeof source === 'object' ? source : await connectAgent(source, signal)
      const client = new AgentClient(transport)
      try {
        let last: unknown = new AuthenticationError('the agent has no key to offer', { code: 'ERR_AGENT_EMPTY' })
        for (const identity of (await client.identities()).filter(filter)) {
          try {
            return await authenticateWith(identity, context)
          } catch (error) {
            // A person may decline to sign with one key and agree to the next.
            const declined = error instanceof SSHError && error.code === 'ERR_AGENT_REFUSED'
            if (session.failure || !(declined || error instanceof AuthenticationError)) throw error
            last = error
          }
        }
        throw last
      } finally {
        await client.close()
      }
    },
  }
}
