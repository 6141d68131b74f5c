import type { AgentTransport } from '../../keys/agent/stream.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import type { AuthMethod } from './authenticate.ts'

export interface AgentOptions {
  /** Only keys for which this is true are offered; servers count each one as an attempt. */
  readonly filter?: ((identity: Signer) => boolean) | undefined
  /**
   * Public keys to offer before the agent's others: the lines of `.pub` files, or blobs.
   * Those of `publicKey()` methods that could not be opened, for lack of a passphrase, go first too.
   */
  readonly first?: readonly (string | Uint8Array)[] | undefined
  /** Signature algorithms to use, preferred first; by default all that a key can make. To name `ssh-rsa` allows SHA-1. */
  readonly algorithms?: readonly string[] | undefined
}

/**
 * Authenticates with the keys of an SSH agent, in its order, behind those that `publicKey()` names.
 * An agent that is not there, or fails, is passed over, and told of if nothing else logs in.
 * @param source a stream to an agent, or the path of its socket; on Node, Deno and Bun the default is SSH_AUTH_SOCK.
 */
export function agent(source?: AgentTransport | string, options: AgentOptions = {}): AuthMethod {
  return {
    method: 'publickey',
    manyKeys: true,
    async authenticate(context) {
      await (await import('./agent-login.ts')).agentLogin(context, source, options)
    },
  }
}
