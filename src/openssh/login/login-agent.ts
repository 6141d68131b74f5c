import { atMost, PEER_GRACE } from '../../abort/at-most.ts'
import type { Session } from '../../bindings/session/session.ts'
import { reasonOf } from '../../errors/reason-of.ts'
import { AgentClient, type AgentIdentity } from '../../keys/agent/client.ts'
import { bindSession } from '../../keys/agent/session-bind.ts'
import { connectUnix } from '../../transports/node/socket.ts'
import { equalBytes } from '../../wire-format/bytes.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person } from '../person.ts'
import { agentSocket } from './agent-socket.ts'

/** The agent during one login. */
export class LoginAgent implements AsyncDisposable {
  readonly #connect: () => Promise<AgentClient>
  readonly #person: Person
  #client: AgentClient
  #bound: Promise<readonly AgentIdentity[]> | undefined

  private constructor(connect: () => Promise<AgentClient>, client: AgentClient, person: Person) {
    this.#connect = connect
    this.#client = client
    this.#person = person
  }

  /** @returns undefined, with a message, if no agent can be reached */
  static async open(config: SshConfig, person: Person): Promise<LoginAgent | undefined> {
    const socket = agentSocket(config)
    if (socket === undefined) return undefined
    const connect = async () => new AgentClient(await connectUnix(socket))
    try {
      return new LoginAgent(connect, await connect(), person)
    } catch (error) {
      person.tell(`no agent at ${socket}: ${reasonOf(error)}`, 'DEBUG')
      return undefined
    }
  }

  /** The present connection to the agent. */
  get client(): AgentClient {
    return this.#client
  }

  /** The keys that the agent lists; none, with a message, if it does not answer. They sign through the present connection. */
  async identities(): Promise<readonly AgentIdentity[]> {
    try {
      const identities = await this.#client.identities()
      return identities.map((identity) => ({ ...identity, sign: (data, algorithm) => this.#client.sign(identity.publicKey, data, algorithm) }))
    } catch (error) {
      this.#person.tell(`the agent lists no keys: ${reasonOf(error)}`, 'DEBUG')
      return []
    }
  }

  /** Whether the agent lets this session use a key: those that `ssh-add -h` restricts are for certain hosts only. The agent learns first which session it is. */
  async permits(session: Session, publicKey: Uint8Array): Promise<boolean> {
    this.#bound ??= this.#bind(session)
    return (await this.#bound).some((identity) => equalBytes(identity.publicKey, publicKey))
  }

  async #bind(session: Session): Promise<readonly AgentIdentity[]> {
    const exchange = session.firstExchange()
    try {
      if (exchange) await bindSession(this.#client, exchange)
    } catch (error) {
      // An agent that hangs up on session-bind knows no restrictions, and is used without.
      this.#person.tell(`the agent does not take session-bind: ${reasonOf(error)}`, 'DEBUG')
      void this.#client.close().catch(() => undefined)
      this.#client = await this.#connect()
    }
    return this.identities()
  }

  /** Never rejects: how the connection to the agent ends says nothing about the login. Waits a second at most. */
  [Symbol.asyncDispose](): Promise<void> {
    return atMost(PEER_GRACE, this.#client.close())
  }
}
