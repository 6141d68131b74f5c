import { connect } from 'node:net'
import { AgentClient } from '../../keys/agent/client.ts'
import { fromDuplex } from '../../transports/node/socket.ts'
import { clientError } from '../client/errors.ts'
import { tell } from '../tell.ts'
import { isParsedKey, type ParsedKey } from '../utils/parsed-key.ts'
import { parseKey } from '../utils/parse-key.ts'
import { BaseAgent, type GetStreamCallback, type IdentitiesCallback, type SignCallback, type SigningRequestOptions } from './base-agent.ts'

/** What `ssh2` says where the agent refuses, and where it hangs up. */
const WORDS: Readonly<Record<string, string>> = { ERR_AGENT_REFUSED: 'Agent responded with failure', ERR_AGENT_CLOSED: 'No reply from server' }

/** The agent behind a Unix socket, or a Windows named pipe. */
export class OpenSSHAgent extends BaseAgent {
  readonly socketPath: string

  constructor(socketPath: string) {
    super()
    this.socketPath = socketPath
  }

  override getStream(callback: GetStreamCallback): void {
    const socket = connect(this.socketPath)
    const failed = (error: Error) => tell(callback, clientError('Failed to connect to agent', {}, error))
    socket.once('error', failed)
    socket.once('connect', () => {
      socket.off('error', failed)
      tell(callback, null, socket)
    })
  }

  override getIdentities(callback: IdentitiesCallback): void {
    this.#ask(async (agent) => (await agent.identities()).flatMap(({ publicKey, comment }) => {
      const key = parseKey(Buffer.from(publicKey))
      return key instanceof Error ? [] : [Object.assign(key, { comment })]
    }), 'Failed to retrieve identities from agent', callback)
  }

  override sign(pubKey: ParsedKey | Buffer | string, data: Buffer, options?: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    const told = (typeof options === 'function' ? options : callback) ?? (() => {})
    const hash = typeof options === 'object' ? options?.hash : undefined
    const key = isParsedKey(pubKey) ? pubKey : parseKey(pubKey)
    if (key instanceof Error) return tell(told, key)
    const algorithm = key.type !== 'ssh-rsa' ? key.type : hash === undefined || hash === 'sha1' ? 'ssh-rsa' : `rsa-sha2-${hash.slice(3)}`
    this.#ask(async (agent) => Buffer.from(await agent.sign(key.getPublicSSH(), data, algorithm)), 'Failed to sign data with agent', told)
  }

  /** Sends one request, on its own stream. */
  #ask<T>(question: (agent: AgentClient) => Promise<T>, failure: string, callback: (error?: Error | null, answer?: T) => void): void {
    this.getStream((error, stream) => {
      if (error || !stream) return callback(error ?? new Error(failure))
      const agent = new AgentClient(fromDuplex(stream))
      question(agent).then(
        (answer) => tell(callback, null, answer),
        (reason: unknown) => tell(callback, clientError(WORDS[(reason as { code?: string }).code ?? ''] ?? failure, {}, reason)),
      ).finally(() => stream.destroy())
    })
  }
}
