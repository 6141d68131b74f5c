import { connectAgent } from '#connect-tcp'
import { libssh2Error } from '../errors/libssh2-error.ts'
import { LIBSSH2_ERROR_BAD_USE, LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import type { AgentClient, AgentIdentity } from '../keys/agent/client.ts'
import type { AgentTransport } from '../keys/agent/stream.ts'
import { copyBytes } from '../wire-format/bytes.ts'
import { able } from '../errors/arguments.ts'
import { bytes, record, text } from './arguments.ts'
import { AsyncCall } from './async-call.ts'
import type { Again, SessionContext } from './session-context.ts'
import type { Session } from './session/session.ts'
import type { Userauth } from './session/userauth.ts'

/**
 * An SSH agent with the API of libssh2 and ssh2-python: connect, list, authenticate. Non-blocking.
 * It is built on `AgentClient`, because libssh2's own C only supports blocking sockets.
 */
export class Agent implements Disposable {
  /** The session that this agent is for. */
  readonly session: Session
  readonly #asyncCalls: AsyncCall
  readonly #userauth: Userauth
  #path: string | null = null
  #client: AgentClient | undefined
  #identities: readonly AgentIdentity[] = []

  /** For the bindings: `session.agentInit()` makes one. */
  constructor(session: Session, context: SessionContext, userauth: Userauth) {
    this.session = session
    this.#asyncCalls = new AsyncCall(context)
    this.#userauth = userauth
  }

  /** Sets the path of the agent's socket, used instead of SSH_AUTH_SOCK; `null` for SSH_AUTH_SOCK. libssh2_agent_set_identity_path. */
  setIdentityPath(path: string | null): void {
    this.#path = path === null ? null : text(path, 'path')
  }

  /** libssh2_agent_get_identity_path. */
  getIdentityPath(): string | null {
    return this.#path
  }

  /**
   * Connects to the agent.
   * @param transport a stream to an agent, for runtimes without Unix sockets. @returns 0, or EAGAIN. libssh2_agent_connect.
   * @throws SSHError `ERR_NO_AGENT`, or the error of the socket.
   */
  connect(transport?: AgentTransport): Again | 0 {
    if (this.#client) return 0
    const connected = this.#asyncCalls.call([this, 'connect'], async () => {
      const { AgentClient } = await import('../keys/agent/client.ts')
      return new AgentClient(transport ?? await connectAgent(this.#path ?? undefined, undefined))
    })
    if (connected === LIBSSH2_ERROR_EAGAIN) return connected
    this.#client = connected
    return 0
  }

  #connected(): AgentClient {
    if (!this.#client) throw libssh2Error(LIBSSH2_ERROR_BAD_USE, 'the agent is not connected')
    return this.#client
  }

  /** Asks the agent for its identities, which `getIdentity` then returns. @returns 0, or EAGAIN. libssh2_agent_list_identities. */
  listIdentities(): Again | 0 {
    const client = this.#connected()
    const identities = this.#asyncCalls.call([this, 'listIdentities'], () => client.identities())
    if (identities === LIBSSH2_ERROR_EAGAIN) return identities
    this.#identities = identities
    return 0
  }

  /** The identity after `previous`, or the first one without it; `null` at the end. libssh2_agent_get_identity. */
  getIdentity(previous?: AgentIdentity): AgentIdentity | null {
    return this.#identities[previous === undefined ? 0 : this.#identities.indexOf(previous) + 1] ?? null
  }

  /** All identities that `listIdentities` found. libssh2_agent_get_identity. */
  getIdentities(): AgentIdentity[] {
    return [...this.#identities]
  }

  /** Authenticates with an identity. @returns 0, or EAGAIN, also while a person decides. @throws AuthenticationError if the server refuses. libssh2_agent_userauth. */
  userauth(username: string, identity: AgentIdentity): number {
    this.#connected()
    record(identity, 'identity')
    return this.#userauth.publickey(username, identity.publicKey, (data, algorithm) => identity.sign(data, algorithm), identity.algorithms)
  }

  /**
   * Asks the agent to sign `data`.
   * @param method one of `identity.algorithms`, by default the first. @returns `[0, signature blob of RFC 4253 section 6.6]`, or `[-37, empty]`.
   * libssh2_agent_sign.
   */
  sign(identity: AgentIdentity, data: Uint8Array, method?: string): [rc: number, signature: Uint8Array] {
    this.#connected()
    const { algorithms } = record(identity, 'identity')
    able(identity, 'identity', 'an identity of getIdentities()', 'sign')
    const name = text(method ?? algorithms?.[0] ?? '', 'method')
    const copy = copyBytes(bytes(data, 'data'))
    const signature = this.#asyncCalls.call([this, 'sign', identity, name, copy], () => identity.sign(copy, name))
    return signature === LIBSSH2_ERROR_EAGAIN ? [signature, new Uint8Array(0)] : [0, signature]
  }

  /** Closes the connection; the identities cannot be used after that. @returns 0. Idempotent. libssh2_agent_disconnect. */
  disconnect(): number {
    this.#client?.close().catch(() => {})
    this.#client = undefined
    this.#identities = []
    return 0
  }

  /** Like `disconnect`. libssh2_agent_free. */
  free(): void {
    this.disconnect()
  }

  [Symbol.dispose](): void {
    this.disconnect()
  }
}
