import { callables, record } from '../../errors/arguments.ts'
import type { AgentTransport } from '../../keys/agent/stream.ts'
import { type AuthMethod, checkContext } from './authenticate.ts'
import type { AgentOptions } from './agent-options.ts'

/**
 * Authenticates with the keys of an SSH agent, in its order, after those that `publicKey()` names.
 * If the agent is missing or fails, the login continues without it, and reports it if nothing else succeeds.
 * @param source a stream to an agent, or the path of its socket; on Node, Deno and Bun the default is SSH_AUTH_SOCK.
 */
export function agent(source?: AgentTransport | string, options: AgentOptions = {}): AuthMethod {
  callables({ filter: record(options, 'options').filter })
  return {
    method: 'publickey',
    manyKeys: true,
    async authenticate(context) {
      await (await import('./agent-login.ts')).agentLogin(checkContext(context), source, options)
    },
  }
}
